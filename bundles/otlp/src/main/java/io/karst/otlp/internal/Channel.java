// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.otlp.internal;

import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporterBuilder;
import io.opentelemetry.exporter.sender.jdk.internal.JdkHttpSenderProvider;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

/** OpenTelemetry's exporter for one target, which tries again after a rest where that may help. */
final class Channel implements AutoCloseable {

    private final Target target;
    private final Consumer<Delivery> deliveries;
    private final OtlpHttpMetricExporter exporter;

    /**
     * Opens no connection before the first push.
     *
     * @param thread sends
     * @param deliveries gets the result of each push, on that thread
     * @throws IllegalStateException if a certificate or key cannot be used
     */
    Channel(Target target, RetryPolicy retries, ExecutorService thread, Consumer<Delivery> deliveries) {
        this.target = target;
        this.deliveries = deliveries;
        OtlpHttpMetricExporterBuilder builder = OtlpHttpMetricExporter.builder()
                .setComponentLoader(new Senders())
                .setEndpoint(target.endpoint().toString())
                .setTimeout(target.timeout())
                .setConnectTimeout(target.timeout())
                .setCompression(target.gzip() ? "gzip" : "none")
                .setHeaders(target::headers)
                .setRetryPolicy(retries)
                .setExecutorService(thread);
        target.trustAnchor().ifPresent(anchor -> builder.setTrustedCertificates(bytes(anchor)));
        target.identity().ifPresent(client -> builder.setClientTls(bytes(client.key()), bytes(client.certificates())));
        exporter = builder.build();
    }

    private static byte[] bytes(String pem) {
        return pem.getBytes(StandardCharsets.US_ASCII);
    }

    /** Whether it leads to this target. */
    boolean leadsTo(Target other) {
        return target.equals(other);
    }

    /** Sends soon; returns at once. */
    void push(List<MetricData> metrics) {
        CompletableResultCode result = exporter.export(metrics);
        result.whenComplete(() -> {
            if (!result.isSuccess()) { // not sent: the sender tells its own results
                deliveries.accept(Delivery.of(Optional.ofNullable(result.getFailureThrowable())
                        .orElseGet(() -> new IllegalStateException("the exporter is closed"))));
            }
        });
    }

    /** What the exporter would look for by a ServiceLoader, which finds nothing across bundles. */
    private final class Senders implements ComponentLoader {
        @Override
        public <T> Iterable<T> load(Class<T> type) {
            return type == HttpSenderProvider.class
                    ? List.of(type.cast((HttpSenderProvider) Reporting::new))
                    : List.of();
        }
    }

    /** Tells the results. The exporter hears of good ones only: it would log each of the others. */
    private final class Reporting implements HttpSender {
        private final HttpSender sender;

        Reporting(HttpSenderConfig config) {
            sender = new JdkHttpSenderProvider().createSender(config);
        }

        @Override
        public void send(MessageWriter message, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
            sender.send(
                    message,
                    answer -> {
                        Delivery delivery = Delivery.of(answer);
                        if (delivery.error().isEmpty()) {
                            onResponse.accept(answer);
                        }
                        deliveries.accept(delivery);
                    },
                    failure -> deliveries.accept(Delivery.of(failure)));
        }

        @Override
        public CompletableResultCode shutdown() {
            return sender.shutdown();
        }
    }

    @Override
    public void close() {
        exporter.close();
    }
}
