// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.otlp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.karst.metrics.Metric;
import io.karst.metrics.Metric.Counter;
import io.karst.metrics.Metric.Distribution;
import io.karst.metrics.Metric.Gauge;
import io.karst.metrics.Metric.Value;
import io.karst.otlp.internal.OtlpSettings.Settings;
import io.karst.otlp.internal.Pusher.State;
import io.karst.otlp.internal.Receiver.Answer;
import io.karst.otlp.internal.Receiver.Request;
import io.karst.testing.RefusedValue;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pushes to a receiver of OTLP that looks at every field. */
class PusherTest {

    private static final Instant SINCE = Instant.parse("2026-11-29T10:00:00.123456789Z");
    private static final long SINCE_NANOS = 1_795_946_400_123_456_789L;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final RetryPolicy SOON = RetryPolicy.builder()
            .setMaxAttempts(5)
            .setInitialBackoff(Duration.ofMillis(50))
            .setMaxBackoff(Duration.ofMillis(200))
            .build();

    private static final List<Metric> METRICS = List.of(
            new Gauge("karst_up", "1 while waits are counted.", List.of(new Value(Map.of(), 1))),
            new Counter(
                    "karst_lock_waited_seconds_total",
                    "Time spent in waits.",
                    SINCE,
                    List.of(
                            new Value(Map.of("map", "flows", "map_id", "7"), 0.25),
                            new Value(Map.of("map", "other"), 0))),
            new Counter("karst_lock_timeouts_total", "Nobody waited.", SINCE, List.of()),
            new Metric.Histogram(
                    "karst_lock_wait_seconds",
                    "Waits by their length.",
                    SINCE,
                    List.of(2e-9, 4e-9),
                    List.of(new Distribution(Map.of("map", "flows"), 0.25, List.of(1L, 0L, 5L)))));

    @TempDir
    private Path folder;

    private final Pusher pusher =
            new Pusher(() -> METRICS, Map.of("service.name", "karst", "host.name", "web-1"), "1.2.3", SOON);

    @AfterEach
    void close() {
        pusher.close();
    }

    private Settings settings(String... keysAndValues) {
        Map<String, Object> properties = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        OtlpSettings settings = new OtlpSettings(RefusedValue.karaf(folder), properties);
        assertThat(settings.problems()).isEmpty();
        return settings.inForce();
    }

    private void push(String... keysAndValues) {
        pusher.use(Optional.of(settings(keysAndValues)));
    }

    private State await(Predicate<State> wanted) throws InterruptedException {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!wanted.test(pusher.state())) {
            assertThat(Instant.now()).as("%s", pusher.state()).isBefore(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return pusher.state();
    }

    private String awaitError() throws InterruptedException {
        return await(state -> state.error().isPresent()).error().orElseThrow();
    }

    private static KeyValue attribute(String key, String value) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    private static ExportMetricsServiceRequest expected(long at) {
        ScopeMetrics scope = ScopeMetrics.newBuilder()
                .setScope(InstrumentationScope.newBuilder().setName("io.karst").setVersion("1.2.3"))
                .addMetrics(io.opentelemetry.proto.metrics.v1.Metric.newBuilder()
                        .setName("karst_up")
                        .setDescription("1 while waits are counted.")
                        .setGauge(io.opentelemetry.proto.metrics.v1.Gauge.newBuilder()
                                .addDataPoints(NumberDataPoint.newBuilder()
                                        .setTimeUnixNano(at)
                                        .setAsDouble(1))))
                .addMetrics(io.opentelemetry.proto.metrics.v1.Metric.newBuilder()
                        .setName("karst_lock_waited_seconds_total")
                        .setDescription("Time spent in waits.")
                        .setUnit("s")
                        .setSum(Sum.newBuilder()
                                .setIsMonotonic(true)
                                .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                                .addDataPoints(NumberDataPoint.newBuilder()
                                        .setStartTimeUnixNano(SINCE_NANOS)
                                        .setTimeUnixNano(at)
                                        .addAttributes(attribute("map", "flows"))
                                        .addAttributes(attribute("map_id", "7"))
                                        .setAsDouble(0.25))
                                .addDataPoints(NumberDataPoint.newBuilder()
                                        .setStartTimeUnixNano(SINCE_NANOS)
                                        .setTimeUnixNano(at)
                                        .addAttributes(attribute("map", "other"))
                                        .setAsDouble(0))))
                .addMetrics(io.opentelemetry.proto.metrics.v1.Metric.newBuilder()
                        .setName("karst_lock_wait_seconds")
                        .setDescription("Waits by their length.")
                        .setUnit("s")
                        .setHistogram(Histogram.newBuilder()
                                .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                                .addDataPoints(HistogramDataPoint.newBuilder()
                                        .setStartTimeUnixNano(SINCE_NANOS)
                                        .setTimeUnixNano(at)
                                        .addAttributes(attribute("map", "flows"))
                                        .setCount(6)
                                        .setSum(0.25)
                                        .addExplicitBounds(2e-9)
                                        .addExplicitBounds(4e-9)
                                        .addAllBucketCounts(List.of(1L, 0L, 5L)))))
                .build();
        return ExportMetricsServiceRequest.newBuilder()
                .addResourceMetrics(ResourceMetrics.newBuilder()
                        .setResource(Resource.newBuilder()
                                .addAttributes(attribute("deployment.environment.name", "test"))
                                .addAttributes(attribute("host.name", "web-1"))
                                .addAttributes(attribute("service.name", "locks")))
                        .addScopeMetrics(scope))
                .build();
    }

    /** Nothing but these fields, and all of them. A metric without a series is left out. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyFieldArrives(boolean gzip) throws Exception {
        try (Receiver receiver = Receiver.start()) {
            Instant before = Instant.now();
            push(
                    "endpoint",
                    receiver.address(),
                    "gzip",
                    Boolean.toString(gzip),
                    "resource.attributes",
                    "service.name = locks, deployment.environment.name=test");
            Request request = receiver.next();
            State state = await(State::isTried);

            ExportMetricsServiceRequest message = request.message();
            long at = message.getResourceMetrics(0)
                    .getScopeMetrics(0)
                    .getMetrics(0)
                    .getGauge()
                    .getDataPoints(0)
                    .getTimeUnixNano();
            assertThat(Instant.ofEpochSecond(0, at)).isBetween(before, Instant.now());
            assertThat(message).isEqualTo(expected(at));
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.path()).isEqualTo("/v1/metrics");
            assertThat(request.headers().getFirst("Content-Type")).isEqualTo("application/x-protobuf");
            assertThat(request.headers().getFirst("User-Agent")).startsWith("OTel-OTLP-Exporter-Java/1.");
            assertThat(request.headers().getFirst("Content-Encoding")).isEqualTo(gzip ? "gzip" : null);
            assertThat(state.error()).isEmpty();
            assertThat(state.accepted()).isEqualTo(1);
            assertThat(state.last()).isPresent();
            assertThat(state.receiver()).contains(receiver.address());
        }
    }

    @Test
    void pushesAgainAfterTheInterval() throws Exception {
        try (Receiver receiver = Receiver.start()) {
            push("endpoint", receiver.address() + "/otlp?tenant=1", "interval.millis", "1000");
            assertThat(receiver.next().path()).isEqualTo("/otlp?tenant=1");
            receiver.next();
            assertThat(await(state -> state.accepted() == 2).failed()).isZero();
        }
    }

    /** Also one that is written after the start: the file is read for each push. */
    @Test
    void headersComeFromAFileThatOthersCannotRead() throws Exception {
        Path file = folder.resolve("headers");
        Certificates.write(file, "# who I am\nAuthorization: Bearer one\nX-Tenant: a b\n");
        try (Receiver receiver = Receiver.start()) {
            push("endpoint", receiver.address(), "headers.file", file.toString(), "interval.millis", "1000");
            Request request = receiver.next();
            assertThat(request.headers().getFirst("Authorization")).isEqualTo("Bearer one");
            assertThat(request.headers().getFirst("X-Tenant")).isEqualTo("a b");

            Certificates.write(file, "Authorization: Bearer two\n");
            while (!"Bearer two".equals(request.headers().getFirst("Authorization"))) {
                request = receiver.next();
            }
            assertThat(request.headers().getFirst("X-Tenant")).isNull();

            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            assertThat(awaitError()).contains(file.toString(), "chmod 600").doesNotContain("Bearer");
            Certificates.write(file, "Authorization Bearer three\n");
            String error = await(state ->
                            state.error().filter(why -> why.contains("line 1")).isPresent())
                    .error()
                    .orElseThrow();
            assertThat(error).contains("line 1 is not one of").doesNotContain("three");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 502, 503, 504})
    void aBusyReceiverIsTriedAgain(int status) throws Exception {
        try (Receiver receiver = Receiver.start()) {
            receiver.answer(new Answer(status), new Answer(status));
            push("endpoint", receiver.address());
            ByteString first = receiver.next().body();
            assertThat(receiver.next().body()).isEqualTo(first);
            assertThat(receiver.next().body()).isEqualTo(first);
            State state = await(State::isTried);
            assertThat(state.accepted()).isEqualTo(1);
            assertThat(state.failed()).isZero();
        }
    }

    @Test
    void theRestThatTheReceiverAsksForIsKept() throws Exception {
        try (Receiver receiver = Receiver.start()) {
            receiver.answer(new Answer(503, ByteString.EMPTY, "Retry-After", "2"));
            push("endpoint", receiver.address());
            receiver.next();
            long begun = System.nanoTime();
            receiver.next();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(1500));
        }
    }

    @Test
    void attemptsEndWithTheTimeLimitAndTheStateTellsWhy() throws Exception {
        try (Receiver receiver = Receiver.start()) {
            receiver.answer(new Answer(503), new Answer(503), new Answer(503), new Answer(503), new Answer(503));
            push("endpoint", receiver.address(), "interval.millis", "1000");
            assertThat(awaitError()).isEqualTo("HTTP status 503");
            State state = await(now -> now.accepted() == 1); // the next push
            assertThat(state.failed()).isEqualTo(1);
            assertThat(state.error()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"400, bad data, HTTP status 400: bad data", "401, '', HTTP status 401", "302, '', HTTP status 302"})
    void aRefusalIsNotTriedAgain(int status, String body, String error) throws Exception {
        try (Receiver receiver = Receiver.start()) {
            receiver.answer(new Answer(status, ByteString.copyFromUtf8(body)));
            push("endpoint", receiver.address());
            receiver.next();
            assertThat(awaitError()).isEqualTo(error);
            assertThat(receiver.waiting()).isZero();
        }
    }

    @Test
    void refusedPointsAreAFailure() throws Exception {
        ByteString partial = ExportMetricsServiceResponse.newBuilder()
                .setPartialSuccess(ExportMetricsPartialSuccess.newBuilder()
                        .setRejectedDataPoints(2)
                        .setErrorMessage("too old"))
                .build()
                .toByteString();
        try (Receiver receiver = Receiver.start()) {
            receiver.answer(new Answer(200, partial));
            push("endpoint", receiver.address());
            assertThat(awaitError()).startsWith("points were refused: ").endsWith("too old");
        }
    }

    /** As OpenTelemetry's collector answers. */
    @Test
    void anEmptyPartialSuccessIsNone() throws Exception {
        ByteString empty = ExportMetricsServiceResponse.newBuilder()
                .setPartialSuccess(ExportMetricsPartialSuccess.getDefaultInstance())
                .build()
                .toByteString();
        assertThat(empty).isEqualTo(ByteString.copyFrom(new byte[] {0x0a, 0}));
        try (Receiver receiver = Receiver.start()) {
            receiver.answer(new Answer(200, empty));
            push("endpoint", receiver.address());
            assertThat(await(State::isTried).error()).isEmpty();
        }
    }

    @Test
    void hostileAnswersAreShortAndHarmless() throws Exception {
        try (Receiver receiver = Receiver.start()) {
            String body = "\u001b[2J<b>\n\u202e" + "x".repeat(10_000);
            receiver.answer(new Answer(400, ByteString.copyFromUtf8(body)));
            push("endpoint", receiver.address());
            String error = awaitError();
            assertThat(error).startsWith("HTTP status 400: [2J<b> x").hasSizeLessThan(300);
            assertThat(error.chars().filter(Character::isISOControl)).isEmpty();
        }
    }

    @Test
    void nobodyThereIsAState() throws Exception {
        String address;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = "http://127.0.0.1:" + free.getLocalPort();
        }
        push("endpoint", address, "timeout.millis", "1000");
        assertThat(awaitError()).startsWith("ConnectException");
    }

    @Test
    void withoutAReceiverNothingIsPushed() throws Exception {
        try (Receiver receiver = Receiver.start()) {
            push("endpoint", receiver.address(), "interval.millis", "1000");
            receiver.next();
            push();
            await(state -> state.receiver().isEmpty());
            while (receiver.waiting() > 0) {
                receiver.next();
            }
            TimeUnit.MILLISECONDS.sleep(1500);
            assertThat(receiver.waiting()).isZero();
            assertThat(pusher.state().isTried()).isFalse();
        }
    }

    @Test
    void aClosedPusherLeavesNoThread() throws Exception {
        try (Receiver receiver = Receiver.start()) {
            Answer[] busy = new Answer[5];
            Arrays.fill(busy, new Answer(503, ByteString.EMPTY, "Retry-After", "30"));
            receiver.answer(busy);
            push("endpoint", receiver.address(), "timeout.millis", "60000");
            receiver.next();
            pusher.close();
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .doesNotContain("karst-otlp");
            assertThat(pusher.state().error()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void aCertificateIsVerifiedAndTheClientShowsItsOwn(String algorithm) throws Exception {
        Certificates server = Certificates.create(folder, "server", algorithm, "ip:127.0.0.1");
        Certificates client = Certificates.create(folder, "client", algorithm, "");
        try (Receiver receiver = Receiver.start(server.server(client), true)) {
            push(
                    "endpoint",
                    receiver.address(),
                    "trust.anchor",
                    server.anchor().toString(),
                    "client.certificate",
                    client.identity().toString());
            assertThat(receiver.next().message().getResourceMetricsCount()).isEqualTo(1);
            assertThat(await(State::isTried).error()).isEmpty();

            push("endpoint", receiver.address(), "trust.anchor", server.anchor().toString());
            assertThat(awaitError()).doesNotContain("HTTP status");

            push(
                    "endpoint",
                    receiver.address(),
                    "client.certificate",
                    client.identity().toString());
            await(state -> !state.isTried());
            assertThat(awaitError()).startsWith("SSLHandshakeException").contains("path");
            assertThat(receiver.waiting()).isZero();
        }
    }

    @Test
    void aCertificateOfAnotherHostIsRefused() throws Exception {
        Certificates server = Certificates.create(folder, "server", "EC", "dns:elsewhere.example");
        try (Receiver receiver = Receiver.start(server.server(server), false)) {
            push("endpoint", receiver.address(), "trust.anchor", server.anchor().toString());
            assertThat(awaitError()).startsWith("SSLHandshakeException").contains("subject alternative names");
            assertThat(receiver.waiting()).isZero();
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "no certificate, trust.anchor, nothing, has no certificate in PEM",
        "damaged certificate, trust.anchor, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', Error creating",
        "no key, client.certificate, nothing, has no key in PEM"
    })
    void aFileThatCannotBeUsedIsAState(String what, String key, String content, String error) throws Exception {
        Path file = Certificates.write(folder.resolve("file.pem"), content);
        try (Receiver receiver = Receiver.start()) {
            push("endpoint", receiver.address(), key, file.toString());
            assertThat(awaitError()).contains(error);
            assertThat(receiver.waiting()).isZero();
        }
    }

    @Test
    void metricsThatCannotBeReadAreAState() throws Exception {
        try (Receiver receiver = Receiver.start();
                Pusher failing = new Pusher(
                        () -> {
                            throw new IllegalStateException("closed \u001b[2J");
                        },
                        Map.of(),
                        "1",
                        SOON)) {
            failing.use(Optional.of(settings("endpoint", receiver.address())));
            Instant deadline = Instant.now().plus(PATIENCE);
            while (failing.state().error().isEmpty()) {
                assertThat(Instant.now()).isBefore(deadline);
                TimeUnit.MILLISECONDS.sleep(10);
            }
            assertThat(failing.state().error()).contains("IllegalStateException: closed ?[2J");
        }
    }
}
