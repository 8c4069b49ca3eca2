// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LifetimeTest {
    private final AtomicInteger ended = new AtomicInteger();
    private final Lifetime lifetime = new Lifetime("map 7", ended::incrementAndGet);

    @Test
    void endsOnceHoweverOftenItIsClosed() {
        lifetime.close();
        lifetime.close();
        assertThat(ended).hasValue(1);
        assertThatThrownBy(lifetime::enter)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("map 7 is closed");
    }

    @Test
    void endsWhenTheLastUseIsOver() {
        lifetime.enter();
        lifetime.enter();
        lifetime.close();
        assertThatThrownBy(lifetime::enter).isInstanceOf(IllegalStateException.class);
        lifetime.leave();
        assertThat(ended).hasValue(0);
        lifetime.leave();
        assertThat(ended).hasValue(1);
        lifetime.close();
        assertThat(ended).hasValue(1);
    }

    @Test
    void endsOnceWithManyThreads() throws InterruptedException {
        Thread[] threads = new Thread[8];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(this::useUntilClosed);
            threads[i].start();
        }
        lifetime.close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(ended).hasValue(1);
    }

    private void useUntilClosed() {
        try {
            while (true) {
                lifetime.enter();
                lifetime.leave();
            }
        } catch (IllegalStateException e) {
            lifetime.close();
        }
    }
}
