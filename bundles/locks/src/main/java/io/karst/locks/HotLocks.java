// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.component.Units;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import io.karst.contention.RecentContention;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the answer: which lock is hot now, that none is, or why that is not known; and what to change.
 *
 * @param recent contention now
 * @param shown whether a map is shown at all
 * @param maps living maps by id, for their owners
 * @param visibility what this kernel can report
 */
public record HotLocks(
        RecentContention recent, Shown shown, Map<Integer, MapResource> maps, List<LockVisibility> visibility) {
    private static final int OWNERS = 2;

    /** Selects maps. */
    public interface Shown {
        /** Whether a map is selected. */
        boolean includes(MapKey map);
    }

    /**
     * The answer.
     *
     * @param sentence which lock is hot, in one sentence
     * @param advice what to change, in whole sentences; empty if no lock is hot
     */
    public record Answer(String sentence, Optional<String> advice) {}

    /** The answer. */
    public Answer answer() {
        List<LockWaits> busiest = recent.now().perKind().stream()
                .filter(waits -> shown.includes(waits.key()))
                .sorted(Comparator.comparingLong(
                                (LockWaits waits) -> waits.counters().totalNanos())
                        .reversed())
                .toList();
        List<LockWaits> hot =
                busiest.stream().filter(waits -> recent.isHot(waits.counters())).toList();
        return hot.isEmpty() ? new Answer(noneIsHot(busiest), Optional.empty()) : hottest(hot.get(0), hot.size());
    }

    private Answer hottest(LockWaits waits, int hot) {
        Optional<LockWaits> one = LockAdvice.single(waits, recent.now().perLock());
        return new Answer(
                hottest(waits, one, hot),
                Optional.of(LockAdvice.of(waits.kind().orElseThrow(), one.isPresent())
                        .change()));
    }

    private String hottest(LockWaits waits, Optional<LockWaits> one, int hot) {
        String which = waits.map().isEmpty() ? "Map " + waits.mapId() : waits.map();
        return which + " (" + waits.type() + ", " + lock(waits, one) + ") is "
                + (hot == 1 ? "the only hot lock" : "the hottest of " + hot + " hot locks") + ": "
                + Units.count(waits.counters().count()) + " waits in " + seconds() + ", " + cost(waits) + ". "
                + owners(waits.key());
    }

    /** The kind, and the number of the lock if it is one alone. */
    private static String lock(LockWaits waits, Optional<LockWaits> one) {
        return Units.words(waits.kind().orElseThrow())
                + one.map(lock -> " " + lock.index().orElseThrow()).orElse("");
    }

    private String seconds() {
        Duration time = Duration.between(recent.now().from(), recent.now().to());
        return time.toMillis() % 1000 < 100 && time.toSeconds() > 0 ? time.toSeconds() + " s" : Units.duration(time);
    }

    private String cost(LockWaits waits) {
        return recent.cpuShare(waits)
                .map(share -> Units.percent(share) + " % of " + cpus())
                .orElseGet(() -> String.format(
                        Locale.ROOT, "%.2f tasks asleep in it on average", recent.waiting(waits.counters())));
    }

    private String cpus() {
        return switch (recent.cpus()) {
            case 1 -> "the CPU";
            case 2 -> "both CPUs";
            default -> "all " + recent.cpus() + " CPUs";
        };
    }

    private String owners(MapKey key) {
        MapResource map = maps.get(key.id());
        if (map == null) {
            return "The map has been deleted.";
        }
        List<String> users = new ArrayList<>();
        owners(map, MapOwner.Type.PROGRAM, "Taken by program ", "Taken by programs ", "id ")
                .ifPresent(users::add);
        owners(
                        map,
                        MapOwner.Type.PROCESS,
                        users.isEmpty() ? "Open in " : "loaded by ",
                        users.isEmpty() ? "Open in " : "open in ",
                        "pid ")
                .ifPresent(users::add);
        return users.isEmpty() ? "Its users are not known." : String.join(", ", users) + ".";
    }

    private static Optional<String> owners(
            MapResource map, MapOwner.Type type, String one, String several, String number) {
        List<String> owners = map.owners().stream()
                .filter(owner -> owner.type() == type)
                .map(owner -> owner.name() + " (" + number + owner.id() + ")")
                .distinct()
                .toList();
        if (owners.isEmpty()) {
            return Optional.empty();
        }
        String more = owners.size() > OWNERS ? " and " + (owners.size() - OWNERS) + " more" : "";
        return Optional.of((owners.size() == 1 ? one : several)
                + owners.stream().limit(OWNERS).collect(Collectors.joining(", "))
                + more);
    }

    private String noneIsHot(List<LockWaits> busiest) {
        String seen =
                traced() + ", " + busiest.stream().findFirst().map(this::busy).orElse("no waits in " + seconds());
        String unseen = Stream.of(
                        unseen(Visibility.BLIND, "reports no waits on "),
                        unseen(Visibility.PARTIAL, "reports only some waits on "),
                        unseen(Visibility.NOT_TESTED, "has not been tested for waits on "))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(", and it "));
        return unseen.isEmpty()
                ? "No lock is hot: " + seen + "."
                : "No hot lock was found: " + seen + ". But this kernel " + unseen
                        + ", so whether one of these is hot is not known. See karst:doctor";
    }

    /** Families with that result, as the end of a sentence; empty if there are none. */
    private Optional<String> unseen(Visibility result, String words) {
        List<String> families = visibility.stream()
                .filter(family -> family.visibility() == result)
                .map(family -> Units.words(family.family()))
                .toList();
        return families.isEmpty() ? Optional.empty() : Optional.of(words + String.join(" and ", families) + " locks");
    }

    private String traced() {
        long traced = maps.values().stream()
                .filter(map -> !map.ranges().isEmpty() && shown.includes(map.key()))
                .count();
        return traced == 1 ? "1 map" : Units.count(traced) + " maps";
    }

    private String busy(LockWaits waits) {
        double waiting = recent.waiting(waits.counters());
        return recent.cpuShare(waits).isPresent()
                ? "the busiest loses " + Units.percent(waiting) + " % of a CPU"
                : "the busiest is waited for during " + Units.percent(waiting) + " % of the time";
    }
}
