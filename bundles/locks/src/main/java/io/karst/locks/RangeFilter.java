// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Removes overlapping ranges, which a search by address cannot distinguish. Two ranges overlap if a map was freed
 * during the scan and a newer map got its memory; the range scanned later belongs to the newer map. Locks of several
 * kinds in the same elements (a spin lock and a timer in each value of an array) do not overlap: each range lies in the
 * gaps of the other.
 */
final class RangeFilter {

    /**
     * Result for a scan.
     *
     * @param kept ranges that do not overlap
     * @param refused one sentence for each range left out, with the reason
     */
    record Result(List<LockRange> kept, List<BlindSpot> refused) {}

    /** Ranges that share their elements, usually only one; they are kept or refused together. */
    private record Block(List<LockRange> ranges, long first, long last, int order) {

        static Block of(LockRange range, int order) {
            return new Block(List.of(range), range.firstLock(), range.lastLock(), order);
        }

        static Block of(List<LockRange> ranges, int order) {
            Comparator<Long> unsigned = Long::compareUnsigned;
            return new Block(
                    ranges,
                    ranges.stream().map(LockRange::firstLock).min(unsigned).orElseThrow(),
                    ranges.stream().map(LockRange::lastLock).max(unsigned).orElseThrow(),
                    order);
        }
    }

    private record Shared(List<LockRange> ranges, int order) {

        boolean join(LockRange range) {
            boolean room = ranges.size() < LockContentionLayout.INTERLEAVED
                    && ranges.stream().noneMatch(other -> other.lockOffset() == range.lockOffset());
            return room && ranges.add(range);
        }
    }

    private record Elements(MapKey map, long base, long stride, long count) {

        static Elements of(LockRange range) {
            return new Elements(range.key(), range.base(), range.stride(), range.count());
        }
    }

    private final List<BlindSpot> refused = new ArrayList<>();

    private RangeFilter() {}

    /** Filters the ranges of a scan. The kept ranges are sorted by address. */
    static Result filter(Collection<LockRange> scanned) {
        RangeFilter filter = new RangeFilter();
        List<LockRange> kept = new ArrayList<>(scanned.size());
        filter.withoutOverlaps(filter.blocks(scanned)).forEach(block -> kept.addAll(block.ranges()));
        return new Result(List.copyOf(kept), List.copyOf(filter.refused));
    }

    private List<Block> blocks(Collection<LockRange> scanned) {
        List<Block> blocks = new ArrayList<>();
        Map<Elements, Shared> shared = new LinkedHashMap<>();
        int order = 0;
        for (LockRange range : scanned) {
            int place = order++;
            if (reachesTop(range)) {
                refuse(range, "would reach the end of the address space; left out");
            } else if (range.count() == 1 || range.lockOffset() >= range.stride()) {
                blocks.add(Block.of(range, place));
            } else if (!shared.computeIfAbsent(Elements.of(range), key -> new Shared(new ArrayList<>(), place))
                    .join(range)) {
                blocks.add(Block.of(range, place));
            }
        }
        shared.values().forEach(together -> blocks.add(Block.of(together.ranges(), together.order())));
        return blocks;
    }

    /**
     * Sweeps by address. Kept blocks never overlap each other, so only the last kept block can overlap the next one;
     * the older of the two is removed.
     */
    private List<Block> withoutOverlaps(List<Block> blocks) {
        blocks.sort(Comparator.comparing(Block::first, Long::compareUnsigned).thenComparing(Block::order));
        Deque<Block> kept = new ArrayDeque<>();
        for (Block next : blocks) {
            Block before = kept.peekLast();
            if (before == null || Long.compareUnsigned(before.last(), next.first()) < 0) {
                kept.addLast(next);
            } else if (next.order() > before.order()) {
                refuse(before, next);
                kept.removeLast();
                kept.addLast(next);
            } else {
                refuse(next, before);
            }
        }
        return List.copyOf(kept);
    }

    private void refuse(Block older, Block newer) {
        for (LockRange range : older.ranges()) {
            refuse(
                    range,
                    "overlaps " + text(newer.ranges().get(0))
                            + ", which was scanned later; left out until the next scan");
        }
    }

    private void refuse(LockRange range, String reason) {
        refused.add(new BlindSpot(Kind.LOCK_RANGE, what(range), text(range) + " " + reason));
    }

    /**
     * Whether its last lock is past the end of the address space, or at the last address, which marks unused table
     * entries.
     */
    private static boolean reachesTop(LockRange range) {
        return Math.multiplyHigh(range.stride(), range.count() - 1) != 0
                || Long.compareUnsigned(range.firstLock(), range.base()) < 0
                || Long.compareUnsigned(range.lastLock(), range.firstLock()) < 0
                || range.lastLock() == LockContentionLayout.NO_ADDRESS;
    }

    private static String text(LockRange range) {
        return String.format(Locale.ROOT, "%s (0x%x..0x%x)", what(range), range.firstLock(), range.lastLock());
    }

    private static String what(LockRange range) {
        return range.kind().name().toLowerCase(Locale.ROOT) + " of map " + range.mapId();
    }
}
