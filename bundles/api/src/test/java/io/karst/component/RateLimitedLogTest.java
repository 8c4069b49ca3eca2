// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitedLogTest {

    @Test
    void aRepeatedLineWaitsAMinuteAndIsCounted() {
        AtomicLong now = new AtomicLong();
        RateLimitedLog log = new RateLimitedLog(now::get);
        assertThat(log.permit("a")).hasValue(0);
        assertThat(log.permit("a")).isEmpty();
        assertThat(log.permit("b")).hasValue(0);
        assertThat(log.permit("a")).isEmpty();
        now.addAndGet(60_000_000_000L);
        assertThat(log.permit("a")).hasValue(2);
        for (int i = 0; i < 1000; i++) {
            log.permit("line " + i);
        }
        assertThat(log.permit("line 0")).as("forgotten, the table is bounded").hasValue(0);
    }
}
