// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapResource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Decides what to drop if there are more lock ranges than there is room for. Two resources are limited: places in the
 * table that the kernel searches, and slots of counters, which cost memory on each CPU.
 *
 * <ol>
 *   <li>If slots are short, ranges share them: all ranges of one kind of a map, such as the free lists of its CPUs, get
 * one slot. The map's count is as exact as before, but its single locks are not told apart.
 *   <li>If that is not enough, or places in the table are short, ranges are left out: first the per-CPU lists, which
 * hardly ever cause waits and need a range for each CPU; then the mutexes that only freezing a map takes; then whole
 * maps.
 * </ol>
 *
 * At each step the map with the most ranges is affected first; among equals, the newest.
 */
final class CapacityPlan {

    /**
     * A range that is traced.
     *
     * @param range locks
     * @param counted what its slot counts: the range itself, or every lock of that kind in the map
     */
    record Traced(LockRange range, LockRange counted) {}

    /**
     * Result: the ranges that fit.
     *
     * @param kept ranges that fit, in the given order
     * @param blindSpots one sentence for each step that was needed
     */
    record Result(List<Traced> kept, List<BlindSpot> blindSpots) {}

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

    /** Ranges of a map that are dropped together. */
    private record Group(Step step, MapResource map, List<LockRange> ranges) {}

    private static final int MAX_NAMES = 10;
    private static final long ANY_NUMBER = 0xffff_ffffL;

    private final List<LockRange> ranges;
    private final Function<LockRange, MapResource> mapOf;
    private final Map<Integer, Integer> sizes = new HashMap<>();
    private final Map<LockRange, LockRange> coarse = new HashMap<>();
    private final Set<LockRange> dropped = new HashSet<>();
    private final Map<Step, List<MapResource>> left = new EnumMap<>(Step.class);
    private long needed;

    private CapacityPlan(List<LockRange> ranges, Function<LockRange, MapResource> mapOf) {
        this.ranges = ranges;
        this.mapOf = mapOf;
        needed = ranges.size();
        ranges.forEach(range -> sizes.merge(range.mapId(), 1, Integer::sum));
    }

    /**
     * Selects the ranges that fit.
     *
     * @param places number of places in the table
     * @param slots number of slots, at most {@code places}
     * @param mapOf the map of a range
     */
    static Result fit(List<LockRange> ranges, int places, int slots, Function<LockRange, MapResource> mapOf) {
        if (ranges.size() <= slots) {
            return new Result(
                    ranges.stream().map(range -> new Traced(range, range)).toList(), List.of());
        }
        CapacityPlan plan = new CapacityPlan(ranges, mapOf);
        Iterator<Group> victims = plan.groups(Step::of).iterator();
        plan.drop(victims, () -> plan.rangesLeft() > places);
        plan.share(slots);
        plan.drop(victims, () -> plan.needed > slots);
        return new Result(plan.kept(), plan.blindSpots(places, slots));
    }

    /** Stands for all ranges of a kind in a map; its counts belong to no single lock. */
    private static LockRange everyLockLike(LockRange range) {
        return new LockRange(range.key(), range.kind(), 0, 1, ANY_NUMBER, 0, 0);
    }

    private long rangesLeft() {
        return ranges.size() - (long) dropped.size();
    }

    private LockRange counted(LockRange range) {
        return coarse.getOrDefault(range, range);
    }

    private List<Traced> kept() {
        return ranges.stream()
                .filter(range -> !dropped.contains(range))
                .map(range -> new Traced(range, counted(range)))
                .toList();
    }

    private void drop(Iterator<Group> victims, BooleanSupplier isShort) {
        while (isShort.getAsBoolean() && victims.hasNext()) {
            Group group = victims.next();
            dropped.addAll(group.ranges());
            // a kind's ranges, which may share a slot, are all in the same group
            needed -= group.ranges().stream().map(this::counted).distinct().count();
            left.computeIfAbsent(group.step(), step -> new ArrayList<>()).add(group.map());
        }
    }

    private void share(int slots) {
        for (Group map : groups(kind -> Step.EVERYTHING)) {
            if (needed <= slots) {
                return;
            }
            Map<LockKind, List<LockRange>> kinds = map.ranges().stream()
                    .filter(range -> !dropped.contains(range))
                    .collect(Collectors.groupingBy(LockRange::kind));
            for (List<LockRange> alike : kinds.values()) {
                if (alike.size() > 1) {
                    alike.forEach(range -> coarse.put(range, everyLockLike(range)));
                    needed -= alike.size() - 1;
                }
            }
        }
    }

    private List<Group> groups(Function<LockKind, Step> steps) {
        record Key(int mapId, Step step) {}
        Map<Key, Group> groups = new HashMap<>();
        for (LockRange range : ranges) {
            Step step = steps.apply(range.kind());
            groups.computeIfAbsent(
                            new Key(range.mapId(), step), key -> new Group(step, mapOf.apply(range), new ArrayList<>()))
                    .ranges()
                    .add(range);
        }
        Comparator<Group> order = Comparator.comparing(Group::step)
                .thenComparing(group -> sizes.getOrDefault(group.map().id(), 0), Comparator.reverseOrder())
                .thenComparing(group -> group.map().id(), Comparator.reverseOrder());
        return groups.values().stream().sorted(order).toList();
    }

    private List<BlindSpot> blindSpots(int places, int slots) {
        List<BlindSpot> spots = new ArrayList<>();
        int room = dropped.isEmpty() || slots < places ? slots : places;
        String why = ", because there are " + ranges.size() + " lock ranges and room for " + room + ": maps ";
        List<MapResource> shared = kept().stream()
                .filter(traced -> !traced.range().equals(traced.counted()))
                .map(traced -> mapOf.apply(traced.range()))
                .distinct()
                .toList();
        if (!shared.isEmpty()) {
            String text = "locks of the same kind are counted together in each of " + shared.size()
                    + " maps, so that --by lock does not show them" + why + names(shared);
            spots.add(new BlindSpot(Kind.SINGLE_LOCKS, names(shared), text));
        }
        left.forEach((step, maps) -> spots.add(new BlindSpot(
                Kind.CAPACITY,
                step.what,
                step.what + " of " + maps.size() + " maps are not traced" + why + names(maps))));
        return spots;
    }

    private static String names(List<MapResource> maps) {
        String names = maps.stream()
                .limit(MAX_NAMES)
                .map(map -> (map.id() + " " + map.name()).strip())
                .collect(Collectors.joining(", "));
        return maps.size() > MAX_NAMES ? names + " and " + (maps.size() - MAX_NAMES) + " more" : names;
    }
}
