// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.locks.CounterSum;
import io.karst.locks.LockContentionLayout;
import io.karst.locks.LockTotals;
import io.karst.locks.RangeTable;
import io.karst.locks.SlotLedger;
import io.karst.resource.Inventory;
import io.karst.resource.LockRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Which locks the kernel half counts, and what it has counted so far. Thread-safe: each method runs alone.
 *
 * <p>Counts of a range that is gone are taken out of its slot and its lines a while later, when no wait can end there any
 * more, and are kept here; only then may another range get the slot. So no count is ever lower than before, and none is
 * charged to another map.
 */
final class Tracking {
    /** A program that still searched the table before the last may run that long, interrupts and a slow host included. */
    private static final Duration TABLE_REST = Duration.ofMillis(20);

    /** A wait that began before its range was gone has ended by then. */
    private static final Duration SLOT_REST = Duration.ofSeconds(1);

    /** Counters kept for vanished maps, about 400 bytes each. */
    private static final int MOST_RETAINED = 16384;

    private final SharedMemory memory;
    private final Ticker ticker;
    private final SlotLedger ledger;
    private final LockTotals retained = new LockTotals();
    private final Map<Integer, Long> retiredAt = new HashMap<>();
    private final Set<Integer> ignored = new HashSet<>();
    private RangeTable table = RangeTable.EMPTY;
    private Optional<Long> switchedAt = Optional.empty();
    private List<String> blindSpots = List.of();
    private long forgotten;

    Tracking(SharedMemory memory, Ticker ticker) {
        this.memory = memory;
        this.ticker = ticker;
        ledger = new SlotLedger(memory.sizes().slots());
    }

    /** Counts the inventory's locks from now on. */
    synchronized void track(Inventory inventory) {
        takeOut();
        SlotLedger.Plan plan = ledger.plan(inventory, ignored::contains);
        if (!plan.table().entries().equals(table.entries())) {
            rest();
            memory.activate(plan.table());
            switchedAt = Optional.of(ticker.nanos());
        }
        ledger.commit(plan);
        table = plan.table();
        long now = ticker.nanos();
        Set<Integer> retired = ledger.retired();
        retiredAt.keySet().retainAll(retired);
        retired.forEach(slot -> retiredAt.putIfAbsent(slot, now));
        List<String> sentences = new ArrayList<>(BlindSpots.of(inventory));
        sentences.addAll(plan.blindSpots());
        blindSpots = List.copyOf(sentences);
    }

    /** Never counts these maps again, nor tells what was counted. */
    synchronized void ignore(Collection<Integer> mapIds) {
        ignored.addAll(mapIds);
        retained.forget(map -> ignored.contains(map.id()));
    }

    /** All counts so far. */
    synchronized LockTotals totals() {
        LockTotals all = new LockTotals();
        all.add(retained);
        collect(all, slot -> true);
        return all;
    }

    /** What the last scan left unseen, and what was forgotten since. */
    synchronized List<String> blindSpots() {
        List<String> all = new ArrayList<>(blindSpots);
        if (memory.lost(LockContentionLayout.LOST_SINGLE_LOCK) > 0) {
            all.add("some waits are counted for their map only, not for the single lock: more locks waited than there"
                    + " is room for; raise single.lock.lines of io.karst.locktracer");
        }
        if (forgotten > 0) {
            all.add("counts of " + forgotten + " maps that vanished long ago are forgotten");
        }
        return all;
    }

    /** Events that were not counted, by reason. */
    synchronized Map<String, Long> lost() {
        Map<String, Long> lost = new LinkedHashMap<>();
        for (int reason = 0; reason < LockContentionLayout.LOST_NAMES.size(); reason++) {
            lost.put(LockContentionLayout.LOST_NAMES.get(reason), memory.lost(reason));
        }
        return lost;
    }

    /** The table in force. */
    synchronized RangeTable table() {
        return table;
    }

    private void collect(LockTotals into, IntPredicate slots) {
        memory.visitSlots(ledger.used(), (slot, key, counters, at) -> {
            if (slots.test(slot) && CounterSum.counted(counters, at)) {
                seen(slot).ifPresent(range -> into.addRange(range, counters, at));
            }
        });
        memory.visitLines((line, key, counters, at) -> {
            int slot = LockContentionLayout.slotOfKey(key);
            if (slots.test(slot) && CounterSum.counted(counters, at)) {
                seen(slot).ifPresent(range -> into.addLock(range, LockContentionLayout.indexOfKey(key), counters, at));
            }
        });
    }

    private Optional<LockRange> seen(int slot) {
        return ledger.owner(slot).filter(range -> !ignored.contains(range.mapId()));
    }

    /** Moves the counts of ranges that are long gone out of their slots, and frees those. */
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
        collect(retained, rested::contains);
        memory.visitLines((line, key, counters, at) -> {
            if (rested.contains(LockContentionLayout.slotOfKey(key))) {
                memory.clearLine(line);
            }
        });
        for (int slot : rested) {
            memory.clearSlot(slot);
            ledger.release(slot);
            retiredAt.remove(slot);
        }
        Set<LockTotals.MapKey> living = new HashSet<>();
        table.entries().forEach(entry -> living.add(LockTotals.MapKey.of(entry.range())));
        forgotten += retained.forgetBeyond(MOST_RETAINED, map -> !living.contains(map));
    }

    private void rest() {
        long until = switchedAt.map(at -> at + TABLE_REST.toNanos()).orElseGet(ticker::nanos);
        for (long left = until - ticker.nanos(); left > 0; left = until - ticker.nanos()) {
            ticker.park(left);
        }
    }
}
