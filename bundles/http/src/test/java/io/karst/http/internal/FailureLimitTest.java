// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureLimitTest {
    private final AtomicLong seconds = new AtomicLong();
    private final FailureLimit limit = new FailureLimit(() -> TimeUnit.SECONDS.toNanos(seconds.get()));

    @Test
    void attemptsUnderWayCount() {
        limit.begin("192.0.2.1", 2);
        limit.begin("192.0.2.1", 2);
        assertThat(limit.begin("192.0.2.1", 2)).isEqualTo(OptionalLong.of(60));
        limit.succeeded("192.0.2.1");
        assertThat(limit.begin("192.0.2.1", 2)).isEmpty();
    }

    @Test
    void attemptsThatAreRefusedDoNotProlongTheMinute() {
        limit.begin("192.0.2.1", 1);
        seconds.set(59);
        assertThat(limit.begin("192.0.2.1", 1)).isEqualTo(OptionalLong.of(1));
        seconds.set(60);
        assertThat(limit.begin("192.0.2.1", 1)).isEmpty();
    }

    @Test
    void manyAddressesTakeBoundedMemory() {
        for (int i = 0; i < 10_000; i++) {
            limit.begin("10.0." + i / 256 + "." + i % 256, 1);
        }
        assertThat(limit.addresses()).isEqualTo(1024);
        assertThat(limit.begin("10.0.39.15", 1)).as("the last").isNotEmpty();
        assertThat(limit.begin("10.0.0.0", 1)).as("the first is forgotten").isEmpty();
    }

    @Test
    void whoSucceedsTakesNoMemory() {
        limit.begin("192.0.2.1", 1);
        limit.succeeded("192.0.2.1");
        limit.succeeded("192.0.2.1");
        assertThat(limit.addresses()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1",
        "2001:db8:1:2:3:4:5:6, 20010db800010002",
        "[2001:db8:1:2::9], 20010db800010002",
        "::1, 0000000000000000",
        "::ffff:192.0.2.1, 192.0.2.1",
        "fe80::1%nosuchzone, fe80::1%nosuchzone",
        "not:an:address, not:an:address",
        "'', ''"
    })
    void aNetworkOfIpV6IsOneAddress(String address, String network) {
        assertThat(FailureLimit.network(address)).isEqualTo(network);
    }
}
