// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ConfigReport;
import io.karst.config.ConfigUpdates;
import io.karst.config.RemoteConfig;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockContention;
import io.karst.contention.LockTracer;
import io.karst.resource.Inventory;
import io.karst.resource.ResourceInventory;
import io.karst.testing.RefusedValue;
import io.karst.testing.UnreadContention;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsComponentTest {

    private final MetricsSettings settings;

    MetricsComponentTest(@TempDir Path data) {
        settings = new MetricsSettings(RefusedValue.karaf(data), Map.of("max.rows", "1"));
    }

    /** Asked for anything but the shared reading, it fails. */
    private static LockContention contention(Supplier<ContentionSnapshot> latest) {
        return new UnreadContention() {
            @Override
            public ContentionSnapshot latest() {
                return latest.get();
            }
        };
    }

    private static LockTracer tracer() {
        return (LockTracer) Proxy.newProxyInstance(
                LockTracer.class.getClassLoader(), new Class<?>[] {LockTracer.class}, (self, method, arguments) -> {
                    if (!method.getName().equals("cost")) {
                        throw new AssertionError(method + " reads the kernel");
                    }
                    return Everything.cost();
                });
    }

    private static ResourceInventory inventory() {
        return new ResourceInventory() {
            @Override
            public Inventory current() {
                return Everything.inventory();
            }

            @Override
            public Inventory rescan() {
                throw new AssertionError("scans");
            }
        };
    }

    private static ConfigUpdates configuration(Supplier<ConfigReport> report) {
        return new ConfigUpdates() {
            @Override
            public List<RemoteConfig> current(String product) {
                throw new AssertionError("contents may be secret");
            }

            @Override
            public ConfigReport report() {
                return report.get();
            }
        };
    }

    private MetricsComponent everything() {
        return new MetricsComponent(
                settings,
                List.of(contention(Everything::contention)),
                List.of(tracer()),
                List.of(inventory()),
                List.of(Everything::stages),
                List.of(configuration(Everything::configuration)));
    }

    private static List<String> withoutDuration(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceFirst("^(karst_self_reading_seconds) .*", "$1"))
                .toList();
    }

    private static String series(List<String> lines) {
        return lines.stream().filter(line -> !line.startsWith("#")).collect(Collectors.joining("\n"));
    }

    @Test
    void readsAllServices() {
        assertThat(withoutDuration(Lines.of(everything().read())))
                .filteredOn(line -> !line.contains("_bucket{"))
                .containsExactlyElementsOf(withoutDuration(Everything.lines()));
    }

    @Test
    void aStoppedTracerIsNoError() {
        MetricsComponent onlyStages =
                new MetricsComponent(settings, List.of(), List.of(), List.of(), List.of(Everything::stages), List.of());
        List<String> lines = Lines.of(onlyStages.read());
        assertThat(lines).contains("karst_up 0.0", "karst_stage_state{stage=\"lock-tracer\",state=\"failed\"} 1.0");
        assertThat(series(lines)).doesNotContain("karst_lock", "karst_config", "karst_maps", "karst_blind", "_rows");
    }

    /** As one that ends while it is asked. */
    @Test
    void aServiceThatFailsTakesOnlyItsOwnMetricsAway() {
        MetricsComponent metrics = new MetricsComponent(
                settings,
                List.of(contention(() -> {
                    throw new IllegalStateException("closed \u001b[2J");
                })),
                List.of(),
                List.of(inventory()),
                List.of(() -> {
                    throw new IllegalStateException("gone");
                }),
                List.of(configuration(Everything::configuration)));
        assertThat(series(Lines.of(metrics.read())))
                .contains("karst_up 0.0", "karst_maps{type=\"hash\"} 2.0", "karst_config_state{state=\"stale\"} 1.0")
                .doesNotContain("karst_lock", "karst_stage");
    }

    @Test
    void eachReaderAsksOnceForTheSharedReading() {
        AtomicInteger asked = new AtomicInteger();
        MetricsComponent metrics = new MetricsComponent(
                settings,
                List.of(contention(() -> {
                    asked.incrementAndGet();
                    return Everything.contention();
                })),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        for (int reading = 0; reading < 10; reading++) {
            assertThat(metrics.read()).isNotEmpty();
        }
        assertThat(asked).hasValue(10);
    }

    @Test
    void theLimitTakesEffectAtTheNextReading() {
        MetricsComponent metrics = everything();
        assertThat(Lines.of(metrics.read())).contains("karst_self_folded_rows 1.0");
        settings.changed(Map.of("max.rows", "2"));
        assertThat(Lines.of(metrics.read()))
                .contains("karst_self_folded_rows 0.0", "karst_lock_waits_total{map=\"other\"} 2.0");
    }
}
