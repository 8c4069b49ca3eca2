// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.Inventory;
import io.karst.resource.LockRange;
import io.karst.resource.MapResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Allocates slots of counters to lock ranges, from scan to scan. Not thread-safe.
 *
 * <p>A range keeps its slot while it is the same range of the same map (id and address). When a range is gone its slot
 * is {@linkplain #retired retired}: its counts are still needed, and a wait that began before may still end. It can be
 * allocated again after its counts were moved, its memory cleared and the slot {@linkplain #release released}. Slots
 * that were never used are allocated first, then released ones in the order of their release.
 *
 * <p>If a scan has more ranges than there is room for, {@link CapacityPlan} decides which ranges share a slot and which
 * are left out.
 */
public final class SlotAllocator {

    /**
     * The next table. Nothing changes until {@link #commit}.
     *
     * @param table ranges and slots
     * @param blindSpots what is not in the table, each with the reason
     */
    public record Plan(RangeTable table, List<BlindSpot> blindSpots) {

        /** Copies the list. */
        public Plan {
            blindSpots = List.copyOf(blindSpots);
        }
    }

    private final int slots;
    private final Map<LockRange, Integer> slotOf = new HashMap<>();
    private final Map<Integer, LockRange> owner = new HashMap<>();
    private final Set<Integer> retired = new HashSet<>();
    private final Set<Integer> released = new LinkedHashSet<>();
    private int used;

    /** An allocator of 1 to {@value LockContentionLayout#MAX_RANGES} empty slots. */
    public SlotAllocator(int slots) {
        if (slots < 1 || slots > LockContentionLayout.MAX_RANGES) {
            throw new IllegalArgumentException("slots=" + slots + " is outside 1.." + LockContentionLayout.MAX_RANGES);
        }
        this.slots = slots;
    }

    /**
     * Restores the state of another allocator with as many slots; call it before anything else. Unused slots below the
     * last one in use count as released.
     *
     * @param owners slots in use and their ranges
     * @throws IllegalArgumentException if a slot is out of range, or two slots have the same range
     */
    public void restore(Map<Integer, LockRange> owners) {
        owners.forEach((slot, range) -> {
            if (slot < 0 || slot >= slots || slotOf.put(range, slot) != null) {
                throw new IllegalArgumentException("slot " + slot + " of " + slots + " cannot count " + range);
            }
            owner.put(slot, range);
            used = Math.max(used, slot + 1);
        });
        for (int slot = 0; slot < used; slot++) {
            if (!owner.containsKey(slot)) {
                released.add(slot);
            }
        }
    }

    /** Plans a table for a scan. Ignored maps are left out and not reported. */
    public Plan plan(Inventory inventory, IntPredicate ignored) {
        Map<LockRange, MapResource> wanted = new LinkedHashMap<>();
        for (MapResource map : inventory.maps()) {
            if (!ignored.test(map.id())) {
                map.ranges().forEach(range -> wanted.put(range, map));
            }
        }
        RangeFilter.Result filtered = RangeFilter.filter(wanted.keySet());
        List<BlindSpot> blindSpots = new ArrayList<>(filtered.refused());
        CapacityPlan.Result fit =
                CapacityPlan.fit(filtered.kept(), LockContentionLayout.MAX_RANGES, slots, range -> wanted.get(range));
        blindSpots.addAll(fit.blindSpots());
        return new Plan(assign(fit.kept(), blindSpots), blindSpots);
    }

    private RangeTable assign(List<CapacityPlan.Traced> ranges, List<BlindSpot> blindSpots) {
        List<RangeTable.Entry> entries = new ArrayList<>(ranges.size());
        Map<LockRange, Integer> given = new HashMap<>();
        Iterator<Integer> again = released.iterator();
        int fresh = used;
        int waiting = 0;
        for (CapacityPlan.Traced traced : ranges) {
            LockRange counted = traced.counted();
            Integer slot = given.getOrDefault(counted, slotOf.get(counted));
            if (slot == null && fresh < slots) {
                slot = fresh++;
            } else if (slot == null && again.hasNext()) {
                slot = again.next();
            }
            if (slot == null) {
                waiting++;
            } else {
                given.put(counted, slot);
                entries.add(new RangeTable.Entry(traced.range(), slot, counted));
            }
        }
        if (waiting > 0) {
            blindSpots.add(new BlindSpot(
                    Kind.NEW_LOCKS,
                    "",
                    waiting + " new lock ranges wait for the counters of freed maps; traced from the next scan on"));
        }
        return RangeTable.of(entries);
    }

    /** Makes a plan the current state. It must be the last plan, with no release or commit since. */
    public void commit(Plan plan) {
        Set<Integer> gone = new HashSet<>(owner.keySet());
        for (RangeTable.Entry entry : plan.table().entries()) {
            slotOf.put(entry.counted(), entry.slot());
            owner.put(entry.slot(), entry.counted());
            released.remove(entry.slot());
            gone.remove(entry.slot());
            used = Math.max(used, entry.slot() + 1);
        }
        retired.clear();
        retired.addAll(gone);
    }

    /** Slots whose range is gone. */
    public Set<Integer> retired() {
        return Set.copyOf(retired);
    }

    /**
     * Releases a retired slot, after its counts were moved and its memory cleared.
     *
     * @throws IllegalStateException if it is not retired
     */
    public void release(int slot) {
        if (!retired.remove(slot)) {
            throw new IllegalStateException("slot " + slot + " is not retired");
        }
        LockRange range = owner.remove(slot);
        slotOf.remove(range);
        released.add(slot);
    }

    /**
     * The range that a slot counts, or counted last: see {@link RangeTable.Entry#counted}.
     *
     * @return empty if the slot was never used or has been released
     */
    public Optional<LockRange> owner(int slot) {
        return Optional.ofNullable(owner.get(slot));
    }

    /** Number of slots ever used: all slots in use are below it. */
    public int used() {
        return used;
    }
}
