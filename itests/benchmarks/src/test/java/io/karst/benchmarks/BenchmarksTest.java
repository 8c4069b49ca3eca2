// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.libbpf.internal.NativeBpf;
import io.karst.remoteconfig.client.ClientState.Step;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmarks, small: that everybody gets what was published and that every acknowledgement arrives. Says nothing about speed. */
class BenchmarksTest {

    private static final Duration IDLE = Duration.ofMinutes(10);

    @TempDir
    private Path folder;

    @Test
    void everyClientOfAHerdGetsTheConfigurationAndAcknowledgesIt() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder.resolve("server"), IDLE, List.of())) {
            Herd.Result result = new Herd(server, 20).run("small");
            assertThat(result.right()).isEqualTo(20);
            assertThat(result.acknowledged()).isEqualTo(20);
            assertThat(result.untilConfigured().sorted()).hasSize(20);
            assertThat(result.serverCpu()).isPositive();
        }
    }

    @Test
    void clientsThatShareConnectionsAreServedApart() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder.resolve("server"), IDLE, List.of("-Xmx64m"))) {
            Registered.Load load = new Registered.Load(50, 5, Duration.ofMillis(500), Duration.ofMillis(500), 2);
            Registered.Result result = new Registered(server, load).run();
            assertThat(result.right()).isEqualTo(50);
            assertThat(result.acknowledged()).isEqualTo(50);
            assertThat(result.untilAnswered().sorted()).hasSize(100);
            assertThat(result.server().residentKib()).isPositive();
        }
    }

    @Test
    void everyChangeReachesTheListenerAndTheLastIsAcknowledged() throws Exception {
        Path files = folder.resolve("karst").resolve("config-server");
        try (ServerProcess server = ServerProcess.start(files, IDLE, List.of())) {
            Publishing.Result result = new Publishing(folder, server, Duration.ofMillis(100)).run(5);
            assertThat(result.untilApplied().sorted()).hasSize(5);
            assertThat(result.acknowledged()).isTrue();
        }
    }

    @Test
    void everyConfirmedChangeSurvivesKills() throws Exception {
        Kills.Result result = new Kills(folder.resolve("server"), 14).run(5);
        assertThat(result.faults()).isEmpty();
        assertThat(result.killedStarts()).isEqualTo(1);
        assertThat(result.confirmed()).isPositive();
    }

    @Test
    @Tag("kernel")
    void everyDesignCountsUnderEveryLoad() throws Exception {
        Handlers.Size small = new Handlers.Size(1, 300, 20, 0, false);
        try (NativeBpf bpf = new NativeBpf()) {
            Handlers.Result result = new Handlers(bpf, small).run(Optional.empty());
            List<String> names = result.figures().stream().map(Figure::name).toList();
            for (String load : List.of("own-lock", "foreign-lock")) {
                assertThat(names)
                        .contains(
                                "handlers/" + load + "/nothing/throughput",
                                "handlers/" + load + "/karst/contention",
                                "handlers/" + load + "/karst/net",
                                "handlers/" + load + "/range-search/net",
                                "handlers/" + load + "/thread-hash/net");
            }
            assertThat(names).contains("handlers/made-up-random/karst/net", "handlers/made-up-foreign/karst/net");
            assertThat(result.figures())
                    .allSatisfy(figure -> assertThat(figure.runs()).isEqualTo(1));
            assertThat(result.verified()).isPositive();
        }
    }

    @Test
    void javaOnlyWorkIsMeasured() throws Exception {
        assertThat(JavaOnly.run(0.01, 1))
                .extracting(Figure::name)
                .containsExactlyInAnyOrder("java/countersToRecords", "java/parseMaps", "java/verifyUpdate");
    }

    @Test
    void javaOnlyWorkDoesWhatItSays() {
        JavaOnly work = new JavaOnly();
        work.prepare();
        assertThat(work.countersToRecords()).hasSize(16_384);
        assertThat(work.parseMaps()).hasSize(10_000);
        assertThat(work.verifyUpdate().outcome()).isInstanceOf(Step.Updated.class);
    }

    @Test
    void percentilesAreSamples() {
        Samples samples = new Samples(List.of(Duration.ofMillis(3), Duration.ofMillis(1), Duration.ofMillis(2)));
        assertThat(samples.percentile(1)).isEqualTo(Duration.ofMillis(1));
        assertThat(samples.percentile(50)).isEqualTo(Duration.ofMillis(2));
        assertThat(samples.percentile(100)).isEqualTo(Duration.ofMillis(3));
    }
}
