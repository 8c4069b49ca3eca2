// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.locks.LockContentionLayout;
import io.karst.locks.LockRecordLayout;
import io.karst.locks.LockRecordReader;
import io.karst.locks.LockTotals;
import io.karst.locks.MapLocks;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.server.RepositorySettings;
import io.karst.remoteconfig.server.RoleKeys;
import io.karst.remoteconfig.server.SignedRepository;
import io.karst.remoteconfig.server.SigningKey;
import io.karst.remoteconfig.wire.ConfigBackend.Answer;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What is Java only: the same work again and again in a warm virtual machine. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class JavaOnly {

    private static final int RANGES = 16_384;
    private static final int MAPS = 10_000;
    private static final int RANGES_OF_A_MAP = 4;
    private static final long KERNEL = 0xffff_8880_0000_0000L;
    private static final int HASH = 1;
    private static final int COUNTERS = LockContentionLayout.COUNTERS_BYTES / Long.BYTES;
    private static final int TENTH_BUCKET = LockContentionLayout.COUNTERS_HISTOGRAM / Long.BYTES + 10;
    private static final String CONTENT = "x".repeat(1000);
    private static final ConfigPath PATH = ConfigPath.parse("datadog/2/KARST_BENCHMARK/one/config");
    private static final Client CLIENT =
            Client.agent("benchmark", List.of("KARST_BENCHMARK"), new AgentDetails("karst", "1", "", "", List.of()));

    private final List<LockRange> ranges = new ArrayList<>();
    private final long[] counters = new long[RANGES * COUNTERS];
    private final ByteBuffer records = ByteBuffer.allocate(MAPS * (1 + RANGES_OF_A_MAP) * LockRecordLayout.BYTES)
            .order(ByteOrder.nativeOrder());
    private final RemoteConfigClient client;
    private final ConfigResponse answer;

    /** Signs a configuration of 1,000 bytes. */
    public JavaOnly() {
        SecureRandom random = new SecureRandom();
        RoleKeys targets = RoleKeys.of(SigningKey.generate(random));
        Instant now = Instant.now();
        SignedRepository repository = SignedRepository.create(
                        RepositorySettings.DEFAULT, RoleKeys.of(SigningKey.generate(random)), targets, now)
                .publish(new Publication(PATH, Bytes.utf8(CONTENT), Optional.empty(), List.of()), targets, now);
        client = new RemoteConfigClient(repository.roots().get(0), ClientPolicy.DEFAULT, Clock.systemUTC());
        if (!(repository.answer(client.request(client.start(), CLIENT), now) instanceof Answer.Answered answered)) {
            throw new IllegalStateException("the repository does not answer");
        }
        answer = answered.response();
    }

    /** Writes counters and records as the kernel programs do. */
    @Setup
    public void prepare() {
        for (int slot = 0; slot < RANGES; slot++) {
            MapKey map = new MapKey(1 + slot / RANGES_OF_A_MAP, KERNEL + slot * 0x100L);
            ranges.add(new LockRange(map, LockKind.HASH_BUCKET, map.address(), 16, 4, 0, 0));
            counters[slot * COUNTERS + LockContentionLayout.COUNTERS_TOTAL / Long.BYTES] = 1500;
            counters[slot * COUNTERS + LockContentionLayout.COUNTERS_MAX / Long.BYTES] = 1500;
            counters[slot * COUNTERS + TENTH_BUCKET] = 1;
        }
        for (int map = 1; map <= MAPS; map++) {
            record(map, LockRecordLayout.TYPE_MAP, 0, HASH);
            for (int range = 0; range < RANGES_OF_A_MAP; range++) {
                record(map, LockRecordLayout.TYPE_RANGE, 1 + range, LockKind.HASH_BUCKET.code());
            }
        }
    }

    private void record(int map, int type, int range, int kind) {
        int at = records.position();
        long address = KERNEL + map * 0x1000L;
        records.putInt(at + LockRecordLayout.RECORD_TYPE, type);
        records.putInt(at + LockRecordLayout.MAP_ID, map);
        records.putLong(at + LockRecordLayout.MAP_ADDRESS, address);
        records.putLong(at + LockRecordLayout.BASE, address + range * 0x100L);
        records.putLong(at + LockRecordLayout.STRIDE, Long.BYTES);
        records.putLong(at + LockRecordLayout.COUNT, 1);
        records.putInt(at + LockRecordLayout.KIND, kind);
        records.position(at + LockRecordLayout.BYTES);
    }

    /** Counters of 16,384 ranges, as they were read, to records. */
    @Benchmark
    public List<LockWaits> countersToRecords() {
        LockTotals totals = new LockTotals();
        for (int slot = 0; slot < RANGES; slot++) {
            totals.addRange(ranges.get(slot), counters, slot * COUNTERS);
        }
        return totals.perKind();
    }

    /** Bytes of 10,000 maps with four ranges each, to records. */
    @Benchmark
    public List<MapLocks> parseMaps() {
        LockRecordReader reader = new LockRecordReader();
        reader.accept(records.duplicate().order(ByteOrder.nativeOrder()).flip());
        return reader.finish();
    }

    /** A first answer with one configuration of 1,000 bytes: root, signatures, hashes, expiry. */
    @Benchmark
    public Step verifyUpdate() {
        return client.step(client.start(), answer);
    }

    /**
     * Runs all of them in this virtual machine.
     *
     * @param seconds of each measurement
     * @param runs measurements of each benchmark, after as many to warm up
     */
    static List<Figure> run(double seconds, int runs) throws RunnerException {
        TimeValue time = TimeValue.milliseconds(Math.round(seconds * TimeUnit.SECONDS.toMillis(1)));
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(JavaOnly.class.getName())
                        .forks(0)
                        .verbosity(VerboseMode.SILENT)
                        .warmupIterations(runs)
                        .warmupTime(time)
                        .measurementIterations(runs)
                        .measurementTime(time)
                        .build())
                .run();
        return results.stream().map(JavaOnly::figure).toList();
    }

    private static Figure figure(RunResult result) {
        List<Double> values = result.getAggregatedResult().getIterationResults().stream()
                .map(iteration -> iteration.getPrimaryResult().getScore())
                .toList();
        return Figure.of("java/" + result.getPrimaryResult().getLabel(), "µs", values);
    }
}
