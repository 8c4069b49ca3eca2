// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapResource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Which ranges are left out when there are more than there is room for. First go the per-CPU lists, which hardly ever make
 * anyone wait and need a range for each CPU; then the mutexes that only a freeze of a map takes; then whole maps. At each
 * step the map with most ranges goes first, of equal ones the newest.
 */
final class Shortage {

    /**
     * What fits.
     *
     * @param kept ranges that stay, in the order given
     * @param blindSpots one sentence for each step that left something out
     */
    record Result(List<LockRange> kept, List<String> blindSpots) {}

    private enum Step {
        PER_CPU_LISTS("per-CPU lists"),
        FREEZE("freeze mutexes"),
        EVERYTHING("all locks");

        final String what;

        Step(String what) {
            this.what = what;
        }

        static Step of(LockKind kind) {
            return switch (kind) {
                case FREELIST, LRU_LOCAL, LRU_PER_CPU, STACK_TRACE_FREELIST -> PER_CPU_LISTS;
                case FREEZE -> FREEZE;
                default -> EVERYTHING;
            };
        }
    }

    /** Ranges of a map that go together. */
    private record Group(Step step, MapResource map, List<LockRange> ranges) {}

    private static final int MOST_NAMES = 10;

    private Shortage() {}

    /**
     * Fits ranges into a number of places.
     *
     * @param ranges all ranges
     * @param room places
     * @param mapOf the map of a range
     * @return what fits
     */
    static Result fit(List<LockRange> ranges, int room, Function<LockRange, MapResource> mapOf) {
        if (ranges.size() <= room) {
            return new Result(ranges, List.of());
        }
        Set<LockRange> dropped = new HashSet<>();
        Map<Step, List<Group>> left = new EnumMap<>(Step.class);
        for (Group group : inOrder(ranges, mapOf)) {
            if (ranges.size() - dropped.size() <= room) {
                break;
            }
            dropped.addAll(group.ranges());
            left.computeIfAbsent(group.step(), step -> new ArrayList<>()).add(group);
        }
        List<String> blindSpots = new ArrayList<>();
        left.forEach((step, groups) -> blindSpots.add(sentence(step, groups, ranges.size(), room)));
        return new Result(
                ranges.stream().filter(range -> !dropped.contains(range)).toList(), blindSpots);
    }

    private static List<Group> inOrder(List<LockRange> ranges, Function<LockRange, MapResource> mapOf) {
        record Key(int mapId, Step step) {}
        Map<Key, Group> groups = new HashMap<>();
        Map<Integer, Integer> sizes = new HashMap<>();
        for (LockRange range : ranges) {
            Step step = Step.of(range.kind());
            groups.computeIfAbsent(
                            new Key(range.mapId(), step), key -> new Group(step, mapOf.apply(range), new ArrayList<>()))
                    .ranges()
                    .add(range);
            sizes.merge(range.mapId(), 1, Integer::sum);
        }
        Comparator<Group> order = Comparator.comparing(Group::step)
                .thenComparing(group -> sizes.getOrDefault(group.map().id(), 0), Comparator.reverseOrder())
                .thenComparing(group -> group.map().id(), Comparator.reverseOrder());
        return groups.values().stream().sorted(order).toList();
    }

    private static String sentence(Step step, List<Group> groups, int wanted, int room) {
        StringBuilder names = new StringBuilder();
        for (Group group : groups.subList(0, Math.min(groups.size(), MOST_NAMES))) {
            names.append(names.isEmpty() ? "" : ", ")
                    .append(group.map().id())
                    .append(
                            group.map().name().isEmpty()
                                    ? ""
                                    : " " + group.map().name());
        }
        if (groups.size() > MOST_NAMES) {
            names.append(" and ").append(groups.size() - MOST_NAMES).append(" more");
        }
        return step.what + " of " + groups.size() + " maps are not traced, because there are " + wanted
                + " lock ranges and room for " + room + ": maps " + names;
    }
}
