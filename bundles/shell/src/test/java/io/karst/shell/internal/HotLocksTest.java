// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import io.karst.locks.HotLocks;
import io.karst.resource.LockFamily;
import io.karst.resource.LockKind;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HotLocksTest {
    private static final LockWaits HOT = Samples.lasting(1, LockKind.VALUE_SPIN_LOCK, 202_045, 124);
    private static final Map<Integer, MapResource> MAPS =
            Map.of(1, Samples.map(1, "map1", Samples.buckets(1)), 2, Samples.map(2, "map2", Samples.buckets(2)));

    @Test
    void namesTheOnlyHotLockItsCostAndItsUsers() {
        LockWaits calm = Samples.lasting(2, LockKind.HASH_BUCKET, 3, 1);

        assertThat(sentence(MAPS, List.of(), calm, HOT, Samples.at(0, HOT)))
                .isEqualTo("map1 (hash, value spin lock 0) is the only hot lock: 202,045 waits in 2 s,"
                        + " 3.1 % of both CPUs. Taken by program on_packet (id 7), loaded by agent (pid 42).");
    }

    @Test
    void namesNoSingleLockIfTheWaitsAreSpread() {
        LockWaits half = Samples.at(17, Samples.lasting(1, LockKind.VALUE_SPIN_LOCK, 100_000, 62));

        assertThat(sentence(MAPS, List.of(), HOT, half))
                .startsWith("map1 (hash, value spin lock) is the only hot lock");
    }

    @Test
    void saysWhatToChange() {
        assertThat(answer(MAPS, List.of(), HOT, Samples.at(0, HOT)).advice().orElseThrow())
                .startsWith("All use one element: do less while the lock is held");
        assertThat(answer(MAPS, List.of(), HOT).advice().orElseThrow()).startsWith("Do less while a lock is held.");
        assertThat(answer(MAPS, List.of()).advice()).isEmpty();
    }

    @Test
    void countsTheOthers() {
        LockWaits other = Samples.lasting(2, LockKind.HASH_BUCKET, 3, 100);

        assertThat(sentence(MAPS, List.of(), other, HOT))
                .startsWith("map1 (hash, value spin lock) is the hottest of 2 hot locks: ");
    }

    @Test
    void waitersOfAMutexCostNoCpu() {
        assertThat(sentence(MAPS, List.of(), Samples.lasting(2, LockKind.PROG_ARRAY_POKE, 50, 2_400)))
                .startsWith(
                        "map2 (hash, prog array poke) is the only hot lock: 50 waits in 2 s, 1.20 tasks asleep in it"
                                + " on average.");
    }

    @Test
    void saysThatTheMapWasDeleted() {
        assertThat(sentence(Map.of(), List.of(), HOT)).endsWith(" The map has been deleted.");
    }

    @Test
    void listsTwoUsersOfMany() {
        MapResource map = Samples.map(1, "map1", Samples.buckets(1));
        List<MapOwner> owners = List.of(
                new MapOwner(MapOwner.Type.PROGRAM, 1, "a"),
                new MapOwner(MapOwner.Type.PROGRAM, 2, "b"),
                new MapOwner(MapOwner.Type.PROGRAM, 3, "c"));
        MapResource shared =
                new MapResource(map.info(), map.address(), map.ranges(), map.pins(), owners, map.blindSpots());

        assertThat(sentence(Map.of(1, shared), List.of(), HOT))
                .endsWith(" Taken by programs a (id 1), b (id 2) and 1 more.");
    }

    @Test
    void saysThatNoneIsHotAndHowFarFromIt() {
        LockWaits calm = Samples.lasting(2, LockKind.HASH_BUCKET, 400, 19);

        assertThat(sentence(MAPS, List.of(), calm))
                .isEqualTo("No lock is hot: 2 maps, the busiest loses 0.95 % of a CPU.");
        assertThat(sentence(MAPS, List.of())).isEqualTo("No lock is hot: 2 maps, no waits in 2 s.");
    }

    @Test
    void doesNotSayThatNoneIsHotWhereItCannotKnow() {
        LockVisibility blind = new LockVisibility(LockFamily.RESILIENT, Visibility.BLIND, "two CPUs");
        LockVisibility partial = new LockVisibility(LockFamily.SPIN, Visibility.PARTIAL, "first waiter");

        assertThat(sentence(MAPS, List.of(blind, partial)))
                .isEqualTo(
                        "No hot lock was found: 2 maps, no waits in 2 s. But this kernel reports no waits on resilient"
                                + " locks, and it reports only some waits on spin locks, so whether one of these is"
                                + " hot is not known. See karst:doctor");
        assertThat(sentence(MAPS, List.of(new LockVisibility(LockFamily.MUTEX, Visibility.FULL, ""))))
                .startsWith("No lock is hot");
        assertThat(sentence(MAPS, List.of(new LockVisibility(LockFamily.MUTEX, Visibility.NOT_TESTED, ""))))
                .contains("But this kernel has not been tested for waits on mutex locks,");
    }

    @Test
    void mapsThatAreNotShownAreNotTheAnswer() {
        HotLocks locks = new HotLocks(Samples.recent(List.of(HOT)), map -> map.id() != 1, MAPS, List.of());

        assertThat(locks.answer().sentence()).isEqualTo("No lock is hot: 1 map, no waits in 2 s.");
    }

    private static String sentence(Map<Integer, MapResource> maps, List<LockVisibility> visibility, LockWaits... now) {
        return answer(maps, visibility, now).sentence();
    }

    private static HotLocks.Answer answer(
            Map<Integer, MapResource> maps, List<LockVisibility> visibility, LockWaits... now) {
        return new HotLocks(Samples.recent(List.of(now)), map -> true, maps, visibility).answer();
    }
}
