// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import io.karst.ability.Ability;
import io.karst.bpf.MapInfo;
import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigClients;
import io.karst.config.ConfigListeners;
import io.karst.config.ConfigReport;
import io.karst.config.ConfigState;
import io.karst.config.ConfigUpdates;
import io.karst.config.RemoteConfig;
import io.karst.contention.ContentionHistory;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LockContention;
import io.karst.contention.LockTracer;
import io.karst.contention.LockVisibility;
import io.karst.contention.LostReason;
import io.karst.contention.RecentContention;
import io.karst.contention.TracingCost;
import io.karst.resource.BlindSpot;
import io.karst.resource.Inventory;
import io.karst.resource.LockFamily;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A host with contention, whose every text is the same: harmless or not. */
final class Host {
    static final Instant START = Instant.parse("2026-11-29T10:00:00Z");
    static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    private static final long ADDRESS = 0xffff_8880_1234_5600L;

    private final String text;

    Host(String text) {
        this.text = text;
    }

    /** All services are there. */
    Sources sources() {
        Sources sources = new Sources();
        sources.contention = List.of(contention());
        sources.history = List.of(history());
        sources.inventory = List.of(inventory());
        sources.tracer = List.of(tracer());
        sources.flow = List.of(this::stages);
        sources.probes = List.of(
                () -> List.of(
                        new Ability("iter/bpf_map", true, text, "", ""),
                        new Ability("kernel BTF", false, text, text, text).with(Ability.Need.REQUIRED)),
                () -> {
                    throw new IllegalStateException(text);
                });
        sources.updates = List.of(updates());
        sources.listeners = List.of(listeners());
        sources.clients = List.of(() -> List.of(
                new ConfigClients.Status(text, text, List.of(text), NOW, false, 7, 2, 1, 1, Optional.of(text))));
        return sources;
    }

    /** Some waits of each of three lengths. */
    static WaitCounters waits(long number) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[9] = number;
        histogram[12] = 2 * number;
        histogram[18] = number;
        long total = number * 600 + 2 * number * 5_000 + number * 300_000;
        return new WaitCounters(total, number == 0 ? 0 : 400_000, 0, 0, histogram);
    }

    LockWaits row(int map, LockKind kind, OptionalLong index, WaitCounters counters) {
        return new LockWaits(
                new MapKey(map, ADDRESS + map),
                text,
                "hash",
                List.of(new MapOwner(MapOwner.Type.PROCESS, 42, text)),
                Optional.of(kind),
                index,
                counters);
    }

    /** Counted since the start, at a number of seconds after {@link #NOW}. */
    ContentionSnapshot reading(int second) {
        long number = 100L * (second + 1);
        OptionalLong all = OptionalLong.empty();
        return new ContentionSnapshot(
                START,
                NOW.plusSeconds(second),
                List.of(
                        row(1, LockKind.HASH_BUCKET, all, waits(number)),
                        row(2, LockKind.PROG_ARRAY_POKE, all, waits(1)),
                        row(99, LockKind.RINGBUF, all, waits(5))),
                List.of(row(1, LockKind.HASH_BUCKET, OptionalLong.of(17), waits(number))),
                Map.of(LostReason.NESTING, 3L),
                List.of(new BlindSpot(BlindSpot.Kind.NEW_LOCKS, text, text + ".")));
    }

    private LockContention contention() {
        return new LockContention() {
            private int second;

            @Override
            public ContentionSnapshot latest() {
                return reading(second++);
            }

            @Override
            public ContentionSnapshot sinceStart() {
                return latest();
            }

            @Override
            public ContentionSnapshot during(Duration time) {
                throw new AssertionError("not to be called");
            }

            @Override
            public RecentContention recent() {
                ContentionSnapshot first = latest();
                ContentionSnapshot last = latest();
                return new RecentContention(last.since(first), last, List.of(), 2);
            }
        };
    }

    private ContentionHistory history() {
        return new ContentionHistory() {
            @Override
            public List<ContentionSnapshot> between(Instant from, Instant to) {
                List<ContentionSnapshot> steps = new ArrayList<>();
                for (int second = 0; second < 3; second++) {
                    steps.add(reading(second + 1).since(reading(second)));
                }
                return steps.stream()
                        .filter(step -> step.to().isAfter(from) && step.from().isBefore(to))
                        .toList();
            }

            @Override
            public List<SingleLocks> singleLocks(int mapId, Instant from, Instant to) {
                return between(from, to).stream()
                        .map(step -> new SingleLocks(
                                step.from(),
                                step.to(),
                                mapId == 1
                                        ? List.of(new SingleLock(LockKind.HASH_BUCKET, 17, 300, 3_000_000))
                                        : List.of()))
                        .toList();
            }

            @Override
            public Optional<Instant> oldest() {
                return Optional.of(START);
            }
        };
    }

    MapResource map(int id) {
        MapKey key = new MapKey(id, ADDRESS + id);
        return new MapResource(
                new MapInfo(id, 1, "hash", text, 4, 8, 1024, 1, 65_536),
                key.address(),
                List.of(new LockRange(key, LockKind.HASH_BUCKET, 0x1000, 64, 1024, 8, 0)),
                List.of("/sys/fs/bpf/" + text),
                List.of(new MapOwner(MapOwner.Type.PROGRAM, 7, text), new MapOwner(MapOwner.Type.PROCESS, 42, text)),
                List.of(new BlindSpot(BlindSpot.Kind.VALUE_LOCKS, text, text + ".")));
    }

    private ResourceInventory inventory() {
        Inventory inventory = new Inventory(
                1,
                NOW,
                List.of(map(1), map(2)),
                Set.of(),
                List.of(new BlindSpot(BlindSpot.Kind.PINS, text, text + ".")));
        return new ResourceInventory() {
            @Override
            public Inventory current() {
                return inventory;
            }

            @Override
            public Inventory rescan() {
                return inventory;
            }
        };
    }

    private LockTracer tracer() {
        return new LockTracer() {
            @Override
            public ContentionSnapshot read() {
                throw new AssertionError("not to be called");
            }

            @Override
            public Instant since() {
                return START;
            }

            @Override
            public void track(Inventory inventory) {}

            @Override
            public List<LockVisibility> visibility() {
                return List.of(
                        new LockVisibility(LockFamily.SPIN, LockVisibility.Visibility.FULL, text),
                        new LockVisibility(LockFamily.RESILIENT, LockVisibility.Visibility.BLIND, text));
            }

            @Override
            public TracingCost cost() {
                return new TracingCost(0.0025, 210, TracingCost.Source.MEASURED, 1, 0.01);
            }
        };
    }

    List<StageReport> stages() {
        return List.of(
                stage(1, "initialize", StageState.READY, List.of(), Optional.empty()),
                stage(2, "kernel-symbols", StageState.FAILED, List.of(), Optional.of(text)),
                stage(3, "lock-tracer", StageState.WAITING, List.of(text), Optional.empty()),
                stage(0, "config-server", StageState.READY, List.of(), Optional.empty()));
    }

    static StageReport stage(
            int order, String name, StageState state, List<String> waitingFor, Optional<String> error) {
        return new StageReport(order, name, "io.karst." + name, state, NOW, Duration.ofMillis(12), waitingFor, error);
    }

    private ConfigUpdates updates() {
        RemoteConfig config = new RemoteConfig("employee/P/id/config", "P", text, 3, "0".repeat(64), new byte[10]);
        ConfigReport report = new ConfigReport(
                ConfigState.STALE,
                NOW,
                text,
                text,
                1,
                2,
                Optional.of(NOW),
                Optional.empty(),
                Optional.of(text),
                text,
                List.of(new AppliedConfig(config, ApplyState.ERROR, text)));
        return new ConfigUpdates() {
            @Override
            public List<RemoteConfig> current(String product) {
                return List.of(config);
            }

            @Override
            public ConfigReport report() {
                return report;
            }
        };
    }

    private ConfigListeners listeners() {
        return () -> List.of(
                new ConfigListeners.Status(
                        text,
                        Set.of("P"),
                        Optional.of(new ConfigListeners.Outcome(
                                ConfigChange.Kind.UPDATED, "P", text, 3, ApplyState.ERROR, text))),
                new ConfigListeners.Status("quiet", Set.of(), Optional.empty()));
    }
}
