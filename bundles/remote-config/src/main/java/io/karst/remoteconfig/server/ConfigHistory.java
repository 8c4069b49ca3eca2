// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.server.PublishedConfig.Author;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One path's publications.
 *
 * @param current what is offered; absent since it was removed
 * @param lastVersion the highest version ever given, so that none comes twice
 * @param former earlier publications, to which a rollback goes back, the newest first
 * @param undone publications that a rollback left behind, which can only be published again, the newest first
 */
record ConfigHistory(
        Optional<PublishedConfig> current,
        long lastVersion,
        List<PublishedConfig> former,
        List<PublishedConfig> undone) {

    static final ConfigHistory NONE = new ConfigHistory(Optional.empty(), 0, List.of(), List.of());

    private static final Comparator<PublishedConfig> NEWEST_FIRST =
            Comparator.comparing(PublishedConfig::version).reversed();

    ConfigHistory {
        former = List.copyOf(former);
        undone = List.copyOf(undone);
    }

    ConfigHistory publish(Publication publication, Author author, int keep) {
        if (current.filter(now -> now.publication().equals(publication)).isPresent()) {
            return this;
        }
        PublishedConfig next = PublishedConfig.of(lastVersion + 1, publication, author);
        List<PublishedConfig> retired = retire(keep);
        return new ConfigHistory(Optional.of(next), next.version(), retired, newest(undone, keep - retired.size()));
    }

    ConfigHistory remove(int keep) {
        List<PublishedConfig> retired = retire(keep);
        return new ConfigHistory(Optional.empty(), lastVersion, retired, newest(undone, keep - retired.size()));
    }

    /** Goes one publication back, under a new version; doing it again goes further back. */
    Optional<ConfigHistory> rollback(Author author, int keep) {
        if (former.isEmpty()) {
            return Optional.empty();
        }
        PublishedConfig next = PublishedConfig.of(lastVersion + 1, former.get(0).publication(), author);
        List<PublishedConfig> left = new ArrayList<>(undone);
        current.ifPresent(left::add);
        left.add(former.get(0));
        List<PublishedConfig> further = former.subList(1, former.size());
        return Optional.of(
                new ConfigHistory(Optional.of(next), next.version(), further, newest(left, keep - further.size())));
    }

    /** Everything that is kept, the newest first. */
    List<PublishedConfig> versions() {
        List<PublishedConfig> all = new ArrayList<>(former);
        current.ifPresent(all::add);
        all.addAll(undone);
        return newest(all, all.size());
    }

    private static List<PublishedConfig> newest(List<PublishedConfig> versions, int most) {
        return versions.stream().sorted(NEWEST_FIRST).limit(Math.max(0, most)).toList();
    }

    /**
     * Forgets former contents, the oldest of whichever path has the most bytes of them, until all together are within a limit. By number
     * alone they could outgrow the memory of the server, and the largest file that it reads.
     */
    static void bound(Map<String, ConfigHistory> histories, long mostBytes) {
        long bytes = histories.values().stream()
                .mapToLong(ConfigHistory::formerBytes)
                .sum();
        while (bytes > mostBytes) {
            Map.Entry<String, ConfigHistory> largest = histories.entrySet().stream()
                    .max(Map.Entry.comparingByValue(Comparator.comparingLong(ConfigHistory::formerBytes)))
                    .orElseThrow();
            bytes -= largest.getValue().formerBytes();
            largest.setValue(largest.getValue().withoutOldest());
            bytes += largest.getValue().formerBytes();
        }
    }

    private long formerBytes() {
        return Stream.concat(former.stream(), undone.stream())
                .mapToLong(config -> config.content().size())
                .sum();
    }

    /** What a rollback left behind goes first. */
    private ConfigHistory withoutOldest() {
        return undone.isEmpty()
                ? new ConfigHistory(current, lastVersion, former.subList(0, former.size() - 1), undone)
                : new ConfigHistory(current, lastVersion, former, undone.subList(0, undone.size() - 1));
    }

    private List<PublishedConfig> retire(int keep) {
        List<PublishedConfig> retired = new ArrayList<>();
        current.ifPresent(retired::add);
        retired.addAll(former);
        return retired.subList(0, Math.min(keep, retired.size()));
    }
}
