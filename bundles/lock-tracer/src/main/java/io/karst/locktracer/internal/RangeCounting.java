// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.contention.LockVisibility;
import io.karst.contention.LostReason;
import io.karst.locks.LockContentionLayout;
import io.karst.locks.LockTotals;
import io.karst.locks.RangeTable;
import io.karst.locks.SlotAllocator;
import io.karst.locktracer.internal.pinned.DoubleBufferedRecord;
import io.karst.locktracer.internal.pinned.SavedTotals;
import io.karst.locktracer.internal.pinned.SlotRecords;
import io.karst.locktracer.internal.pinned.Ticker;
import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.Inventory;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Which locks the generation counts, and its counts so far. Thread-safe: methods exclude each other.
 *
 * <p>When a range is gone, its counts stay in its slot and lines until no wait can end there any more. Then they are
 * moved to {@link SavedTotals}, and only then can another range use the slot. So no count ever decreases, and no wait
 * is attributed to another map.
 */
final class RangeCounting {
    /** Maximum run time of a program that still searches a replaced table, including interrupts and a slow host. */
    private static final Duration TABLE_REST = Duration.ofMillis(20);

    /** Time after which a wait has ended that began before its range was gone. */
    private static final Duration SLOT_REST = Duration.ofSeconds(1);

    /** Maximum number of counters kept for deleted maps, about 400 bytes each. */
    private static final int MAX_RETAINED = 16384;

    private final SharedMemory memory;
    private final Ticker ticker;
    private final SlotAllocator allocator;
    private final SlotRecords records;
    private final DoubleBufferedRecord store;
    private final Map<Integer, Long> retiredAt = new HashMap<>();
    private final Set<Integer> ignored = new HashSet<>();
    private Set<Integer> hidden = Set.of();
    private List<MapResource> own = List.of();
    private Inventory tracked = new Inventory(0, Instant.EPOCH, List.of(), Set.of(), List.of());
    private RangeTable table = RangeTable.EMPTY;
    private Optional<Long> switchedAt = Optional.empty();
    private List<BlindSpot> blindSpots = List.of();
    private SavedTotals saved;
    private long freedWaits;
    private long forgotten;

    RangeCounting(SharedMemory memory, Ticker ticker) {
        this.memory = memory;
        this.ticker = ticker;
        allocator = new SlotAllocator(memory.sizes().slots());
        records = new SlotRecords(memory.ledger());
        store = new DoubleBufferedRecord(memory.saved());
        saved = store.read();
        goOn();
    }

    /** Continues from the state that the previous process left, also if it died while moving counts. */
    private synchronized void goOn() {
        if (store.isClearing()) {
            clear(saved.clearing());
            store.cleared();
        }
        allocator.restore(records.read());
        ignored.addAll(records.ignoredMaps());
        if (allocator.used() > 0) {
            switchedAt = Optional.of(ticker.nanos());
        }
    }

    /**
     * Counts the inventory's locks from now on, unless a later inventory is tracked already: two threads may scan at the
     * same time, and the one that scanned first may come here last.
     */
    synchronized void track(Inventory inventory) {
        if (inventory.generation() < tracked.generation()) {
            return;
        }
        tracked = inventory;
        takeOut();
        SlotAllocator.Plan plan = allocator.plan(withOwn(inventory), ignored::contains);
        if (!plan.table().entries().equals(table.entries())) {
            plan.table().entries().stream()
                    .filter(entry -> allocator.owner(entry.slot()).isEmpty())
                    .forEach(entry -> records.write(entry.slot(), entry.counted()));
            rest();
            memory.activate(plan.table());
            switchedAt = Optional.of(ticker.nanos());
        }
        allocator.commit(plan);
        table = plan.table();
        long now = ticker.nanos();
        Set<Integer> retired = allocator.retired();
        retiredAt.keySet().retainAll(retired);
        retired.forEach(slot -> retiredAt.putIfAbsent(slot, now));
        List<BlindSpot> spots = new ArrayList<>(BlindSpots.of(inventory));
        spots.addAll(plan.blindSpots());
        blindSpots = List.copyOf(spots);
    }

    private Inventory withOwn(Inventory inventory) {
        if (own.isEmpty()) {
            return inventory;
        }
        List<MapResource> maps = new ArrayList<>(own);
        inventory.maps().stream()
                .filter(map -> !hidden.contains(map.info().id()))
                .forEach(maps::add);
        return new Inventory(
                inventory.generation(), inventory.takenAt(), maps, inventory.symbols(), inventory.blindSpots());
    }

    /** Ignores these maps from now on, and drops their counts. */
    synchronized void ignore(Collection<Integer> mapIds) {
        ignored.addAll(mapIds);
        hidden = Set.of();
        own = List.of();
        records.read().forEach((slot, range) -> {
            if (ignored.contains(range.mapId())) {
                records.ignore(slot);
            }
        });
        LockTotals wanted = copyOf(saved.totals());
        wanted.forget(map -> ignored.contains(map.id()));
        save(saved.with(wanted, Set.of()));
    }

    /** Result of the self-test in this process or an earlier one; empty if there was none. */
    synchronized List<LockVisibility> visibility() {
        return saved.visibility();
    }

    /** Saves the self-test result. */
    synchronized void visibility(List<LockVisibility> found) {
        save(saved.with(found));
    }

    /** State saved beside the slots. */
    synchronized SavedTotals saved() {
        return saved;
    }

    private void save(SavedTotals changed) {
        store.write(changed);
        saved = changed;
    }

    private static LockTotals copyOf(LockTotals totals) {
        LockTotals copy = new LockTotals();
        copy.add(totals);
        return copy;
    }

    /** All counts so far, without those of hidden maps. */
    synchronized LockTotals totals() {
        LockTotals all = copyOf(saved.totals());
        collect(all, hidden.isEmpty() ? slot -> true : slot -> !isHidden(slot));
        return all;
    }

    /** All counts so far. */
    synchronized LockTotals everything() {
        LockTotals all = copyOf(saved.totals());
        collect(all, slot -> true);
        return all;
    }

    /** Number of waits in all slots, and in those that were freed since this process began. Never falls. */
    synchronized long waits() {
        return freedWaits + waits(slot -> true);
    }

    private long waits(IntPredicate slots) {
        long[] sum = {0};
        memory.visitSlots(
                allocator.used(),
                (slot, key, counters, at) -> sum[0] += slots.test(slot) ? LockTotals.count(counters, at) : 0);
        return sum[0];
    }

    private boolean isHidden(int slot) {
        return allocator
                .owner(slot)
                .filter(range -> hidden.contains(range.mapId()))
                .isPresent();
    }

    /** Leaves maps out of the totals until they are ignored: counts that come and go would make the totals go backwards. */
    synchronized void hide(Set<Integer> maps) {
        hidden = Set.copyOf(maps);
    }

    /**
     * Counts the hidden maps of this inventory from now on until they are ignored. An inventory that is tracked meanwhile may
     * lack them: its scan may have begun before they were made, or its filter may leave them out.
     */
    synchronized void trackHidden(Inventory inventory) {
        own = inventory.maps().stream()
                .filter(map -> hidden.contains(map.info().id()))
                .toList();
        track(tracked);
    }

    /** What the last scan could not find, which single locks are not counted, and how many maps were forgotten. */
    synchronized List<BlindSpot> blindSpots() {
        List<BlindSpot> all = new ArrayList<>(blindSpots);
        if (memory.lost(LockContentionLayout.LOST_SINGLE_LOCK) > 0) {
            all.add(new BlindSpot(
                    Kind.SINGLE_LOCKS,
                    "",
                    "some waits are counted for their map only, not for the single lock: more locks waited than there"
                            + " is room for; raise single.lock.lines of io.karst.locktracer, and max.memory.mib if"
                            + " karst:doctor says that it is used up"));
        }
        if (forgotten > 0) {
            all.add(new BlindSpot(
                    Kind.DELETED_MAPS, "", "counts of " + forgotten + " maps that vanished long ago are forgotten"));
        }
        return all;
    }

    /** Events that were not counted, by reason; without skipped runs. */
    synchronized Map<LostReason, Long> lost() {
        Map<LostReason, Long> lost = new EnumMap<>(LostReason.class);
        for (int reason = 0; reason < LockContentionLayout.LOST_REASONS.size(); reason++) {
            lost.put(LockContentionLayout.LOST_REASONS.get(reason), memory.lost(reason));
        }
        return lost;
    }

    /**
     * Begin events that the kernel skipped, for any lock.
     *
     * @param skipped runs of the attached begin program that the kernel skipped
     */
    synchronized long lostBegins(long skipped) {
        return skipped + sum(saved.beginMisses());
    }

    /** The same for end events. */
    synchronized long lostEnds(long skipped) {
        return skipped + sum(saved.endMisses());
    }

    private static long sum(Map<Integer, Long> misses) {
        return misses.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The active table. */
    synchronized RangeTable table() {
        return table;
    }

    /** Adds the counts of some slots. Returns whether there were any. */
    private boolean collect(LockTotals into, IntPredicate slots) {
        boolean[] any = {false};
        memory.visitSlots(allocator.used(), (slot, key, counters, at) -> {
            if (slots.test(slot) && LockTotals.counted(counters, at)) {
                any[0] = true;
                seen(slot).ifPresent(range -> into.addRange(range, counters, at));
            }
        });
        memory.visitLines((line, key, counters, at) -> {
            int slot = LockContentionLayout.slotOfKey(key);
            if (slots.test(slot) && LockTotals.counted(counters, at)) {
                seen(slot).ifPresent(range -> into.addLock(range, LockContentionLayout.indexOfKey(key), counters, at));
            }
        });
        return any[0];
    }

    private Optional<LockRange> seen(int slot) {
        return allocator.owner(slot).filter(range -> !ignored.contains(range.mapId()));
    }

    /** Moves the counts of ranges that are long gone out of their slots, and frees these slots. */
    private void takeOut() {
        long now = ticker.nanos();
        Set<Integer> rested = new HashSet<>();
        retiredAt.forEach((slot, since) -> {
            if (now - since >= SLOT_REST.toNanos()) {
                rested.add(slot);
            }
        });
        if (rested.isEmpty()) {
            return;
        }
        LockTotals all = copyOf(saved.totals());
        if (collect(all, rested::contains)) {
            // From here on these counts are in the saved totals; after a crash the slots only have to be cleared.
            saved = fitting(all, rested);
            store.write(saved.encode());
        }
        clear(rested);
        store.cleared();
        rested.forEach(slot -> {
            allocator.release(slot);
            retiredAt.remove(slot);
        });
    }

    private SavedTotals fitting(LockTotals all, Set<Integer> rested) {
        Set<MapKey> living = new HashSet<>();
        table.entries().forEach(entry -> living.add(entry.range().key()));
        forgotten += all.forgetBeyond(MAX_RETAINED, map -> !living.contains(map));
        SavedTotals changed = saved.with(all, rested);
        while (changed.encode().length > DoubleBufferedRecord.MAX_BYTES && all.size() > 0) {
            forgotten += all.forgetBeyond(all.size() / 2, map -> true);
        }
        return changed;
    }

    private void clear(Set<Integer> slots) {
        freedWaits += waits(slots::contains);
        memory.visitLines((line, key, counters, at) -> {
            if (slots.contains(LockContentionLayout.slotOfKey(key))) {
                memory.clearLine(line);
            }
        });
        for (int slot : slots) {
            memory.clearSlot(slot);
            records.free(slot);
        }
    }

    private void rest() {
        long until = switchedAt.map(at -> at + TABLE_REST.toNanos()).orElseGet(ticker::nanos);
        for (long left = until - ticker.nanos(); left > 0; left = until - ticker.nanos()) {
            ticker.park(left);
        }
    }
}
