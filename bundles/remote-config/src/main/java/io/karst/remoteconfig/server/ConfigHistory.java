// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One path's publications.
 *
 * @param current what is offered; absent since it was removed
 * @param lastVersion the highest version ever given, so that none comes twice
 * @param former earlier publications, the newest first
 */
record ConfigHistory(Optional<PublishedConfig> current, long lastVersion, List<PublishedConfig> former) {

    static final ConfigHistory NONE = new ConfigHistory(Optional.empty(), 0, List.of());

    ConfigHistory {
        former = List.copyOf(former);
    }

    ConfigHistory publish(Publication publication, int keep) {
        if (current.filter(now -> now.publication().equals(publication)).isPresent()) {
            return this;
        }
        PublishedConfig next = PublishedConfig.of(lastVersion + 1, publication);
        return new ConfigHistory(Optional.of(next), next.version(), retire(keep));
    }

    ConfigHistory remove(int keep) {
        return new ConfigHistory(Optional.empty(), lastVersion, retire(keep));
    }

    /** Goes one publication back, under a new version; doing it again goes further back. */
    Optional<ConfigHistory> rollback() {
        if (former.isEmpty()) {
            return Optional.empty();
        }
        PublishedConfig next = PublishedConfig.of(lastVersion + 1, former.get(0).publication());
        return Optional.of(new ConfigHistory(Optional.of(next), next.version(), former.subList(1, former.size())));
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
            List<PublishedConfig> all = largest.getValue().former();
            bytes -= all.get(all.size() - 1).content().size();
            largest.setValue(new ConfigHistory(
                    largest.getValue().current(), largest.getValue().lastVersion(), all.subList(0, all.size() - 1)));
        }
    }

    private long formerBytes() {
        return former.stream().mapToLong(config -> config.content().size()).sum();
    }

    private List<PublishedConfig> retire(int keep) {
        List<PublishedConfig> retired = new ArrayList<>();
        current.ifPresent(retired::add);
        retired.addAll(former);
        return retired.subList(0, Math.min(keep, retired.size()));
    }
}
