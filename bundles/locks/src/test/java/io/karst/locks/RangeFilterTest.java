// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.resource.BlindSpot;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RangeFilterTest {
    private static final long AT = Ranges.KERNEL;
    private static final LockRange BUCKETS = Ranges.range(1, LockKind.HASH_BUCKET, AT, 16, 100);
    private static final LockRange SPIN = Ranges.field(3, LockKind.VALUE_SPIN_LOCK, AT, 10, 4);
    private static final LockRange TIMER = Ranges.field(3, LockKind.VALUE_TIMER, AT, 10, 24);

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void keeps(String name, List<LockRange> scanned, List<LockRange> kept) {
        RangeFilter.Result result = RangeFilter.filter(scanned);
        assertThat(result.kept()).containsExactlyInAnyOrderElementsOf(kept);
        assertThat(result.refused()).hasSize(scanned.size() - kept.size());
    }

    static Stream<Arguments> keeps() {
        LockRange inside = Ranges.single(2, LockKind.FREEZE, AT + 160, 0);
        LockRange between = Ranges.single(2, LockKind.FREEZE, AT + 161, 0);
        LockRange after = Ranges.single(2, LockKind.FREEZE, BUCKETS.lastLock() + 1, 0);
        LockRange lastLock = Ranges.single(2, LockKind.FREEZE, BUCKETS.lastLock(), 0);
        LockRange wide = Ranges.range(4, LockKind.SOCKHASH_BUCKET, AT - 16, 16, 200);
        LockRange foreign = Ranges.field(4, LockKind.VALUE_TIMER, AT, 10, 24);
        LockRange top = Ranges.range(1, LockKind.HASH_BUCKET, -16, 16, 2);
        LockRange last = Ranges.single(1, LockKind.FREEZE, -1, 0);
        LockRange turning = Ranges.range(1, LockKind.HASH_BUCKET, 8, Long.MAX_VALUE, 0xffff_ffffL);
        LockRange carry = new LockRange(new MapKey(1, 0), LockKind.HASH_BUCKET, -4, 1, 1, 8, 0);
        return Stream.of(
                Arguments.of("nothing", List.of(), List.of()),
                Arguments.of("neighbours", List.of(BUCKETS, after), List.of(BUCKETS, after)),
                Arguments.of("the later, on one of the locks", List.of(BUCKETS, inside), List.of(inside)),
                Arguments.of("the later, in a gap of another map", List.of(BUCKETS, between), List.of(between)),
                Arguments.of("the later, when it is the wider", List.of(inside, BUCKETS), List.of(BUCKETS)),
                Arguments.of("the later, on the last lock", List.of(BUCKETS, lastLock), List.of(lastLock)),
                Arguments.of("one that swallows two", List.of(BUCKETS, after, wide), List.of(wide)),
                Arguments.of("two that replace one", List.of(wide, BUCKETS, after), List.of(BUCKETS, after)),
                Arguments.of("two kinds in the same elements", List.of(SPIN, TIMER), List.of(SPIN, TIMER)),
                Arguments.of("two kinds, the greater offset first", List.of(TIMER, SPIN), List.of(SPIN, TIMER)),
                Arguments.of("no two maps in the same elements", List.of(SPIN, TIMER, foreign), List.of(foreign)),
                Arguments.of("value locks by their map's place", List.of(SPIN, TIMER, inside), List.of(inside)),
                Arguments.of("none past the end of the address space", List.of(top), List.of()),
                Arguments.of("none at the very last address", List.of(last), List.of()),
                Arguments.of("none that goes round", List.of(turning), List.of()),
                Arguments.of("none whose offset goes round", List.of(carry), List.of()));
    }

    @Test
    void saysWhatOverlapsWhat() {
        LockRange later = Ranges.single(2, LockKind.FREEZE, AT + 160, 0);
        assertThat(RangeFilter.filter(List.of(BUCKETS, later)).refused())
                .containsExactly(new BlindSpot(
                        BlindSpot.Kind.LOCK_RANGE,
                        "hash_bucket of map 1",
                        "hash_bucket of map 1 (0xffff888000000000..0xffff888000000630) overlaps freeze of map 2"
                                + " (0xffff8880000000a0..0xffff8880000000a0), which was scanned later; left out until the next"
                                + " scan"));
    }

    @Test
    void keptOnesNeverOverlap() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<LockRange> scanned = new ArrayList<>();
            for (int id = 1; id <= 60; id++) {
                scanned.add(Ranges.range(
                        id,
                        LockKind.HASH_BUCKET,
                        AT + random.nextInt(4000),
                        1 + random.nextInt(32),
                        1 + random.nextInt(8)));
            }
            RangeFilter.Result result = RangeFilter.filter(scanned);
            assertThat(result.kept().size() + result.refused().size()).isEqualTo(60);
            for (int at = 1; at < result.kept().size(); at++) {
                assertThat(result.kept().get(at).firstLock())
                        .isGreaterThan(result.kept().get(at - 1).lastLock());
            }
            assertThat(result.kept()).contains(scanned.get(59));
        }
    }

    @Test
    void takesAFullTableInAnyOrder() {
        List<LockRange> ranges = new ArrayList<>(Ranges.random(new Random(5), LockContentionLayout.MAX_RANGES));
        Collections.shuffle(ranges, new Random(6));
        RangeFilter.Result result = RangeFilter.filter(ranges);
        assertThat(result.refused()).isEmpty();
        assertThat(result.kept()).containsExactlyInAnyOrderElementsOf(ranges);
    }
}
