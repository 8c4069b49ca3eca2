// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.commands.Services;
import io.karst.contention.LockContention;
import io.karst.contention.RecentContention;
import io.karst.testing.UnreadContention;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

class TopReaderTest {
    private static final ServiceReference<?> REFERENCE = proxy(ServiceReference.class, (method, argument) -> true);

    private final Map<Object, Object> services = new ConcurrentHashMap<>();

    @Test
    void goesOnAfterAServiceWasMissingOrFailed() throws InterruptedException {
        try (TopReader reader = new TopReader(new Services(context()), Duration.ofSeconds(1))) {
            TopReading missing = reader.read();
            assertThat(missing.locks()).isEmpty();
            assertThat(missing.problem())
                    .isEqualTo("contention is not ready: bundle io.karst.contention is not installed");

            services.put(LockContention.class, contention(() -> {
                throw new IllegalStateException("closed");
            }));
            assertThat(reader.read().problem())
                    .isEqualTo("the last reading failed: java.lang.IllegalStateException: closed");

            services.put(LockContention.class, contention(() -> Samples.period(Samples.snapshot())));
            TopReading good = reader.read();
            assertThat(good.problem()).isEmpty();
            assertThat(good.locks().orElseThrow().recent()).isEqualTo(Samples.period(Samples.snapshot()));
            assertThat(good.isNone()).isFalse();
            assertThat(good.cost()).isBetween(0.0, 2.0);
        }
    }

    @Test
    void readsAtEachIntervalUntilItIsClosed() throws InterruptedException {
        CountDownLatch readings = new CountDownLatch(3);
        services.put(LockContention.class, contention(() -> {
            readings.countDown();
            return Samples.period(Samples.snapshot());
        }));
        TopReader reader = new TopReader(new Services(context()), Duration.ofMillis(1));
        assertThat(reader.latest().isNone()).isTrue();

        reader.start();

        assertThat(readings.await(10, TimeUnit.SECONDS)).isTrue();
        reader.close();
        assertThat(reader.latest().locks()).isPresent();
        assertThat(threads()).isZero();
    }

    @Test
    void closingEndsAReadingThatWaits() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        services.put(LockContention.class, contention(() -> {
            begun.countDown();
            TimeUnit.HOURS.sleep(1);
            return Samples.period(Samples.snapshot());
        }));
        TopReader reader = new TopReader(new Services(context()), Duration.ofMillis(1));
        reader.start();
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

        reader.close();

        assertThat(threads()).isZero();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("karst-shell-top"))
                .count();
    }

    private interface Recent {
        RecentContention read() throws InterruptedException;
    }

    private static LockContention contention(Recent recent) {
        return new UnreadContention() {
            @Override
            public RecentContention recent() throws InterruptedException {
                return recent.read();
            }
        };
    }

    /** Has the services of this test, and no bundles. */
    private BundleContext context() {
        return proxy(BundleContext.class, (method, argument) -> switch (method) {
            case "getServiceReference" -> services.containsKey(argument) ? REFERENCE : null;
            case "getService" -> services.get(LockContention.class);
            case "getBundles" -> new Bundle[0];
            default -> true;
        });
    }

    private static <T> T proxy(Class<T> type, BiFunction<String, Object, Object> answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answer.apply(method.getName(), arguments == null ? "" : arguments[0])));
    }
}
