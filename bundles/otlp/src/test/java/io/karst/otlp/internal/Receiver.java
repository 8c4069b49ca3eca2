// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.otlp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** A receiver of OTLP over HTTP on the loopback address, with OpenTelemetry's own classes. */
final class Receiver implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 20;

    /**
     * A request.
     *
     * @param path of its URL, with the query
     */
    record Request(String method, String path, Headers headers, ByteString body) {
        ExportMetricsServiceRequest message() throws IOException {
            try (InputStream in = body.newInput();
                    InputStream plain =
                            "gzip".equals(headers.getFirst("Content-Encoding")) ? new GZIPInputStream(in) : in) {
                return ExportMetricsServiceRequest.parseFrom(plain);
            }
        }
    }

    /** An answer, with a header if its name is not empty. */
    record Answer(int status, ByteString body, String header, String value) {
        Answer(int status) {
            this(status, ByteString.EMPTY);
        }

        Answer(int status, ByteString body) {
            this(status, body, "", "");
        }
    }

    private final HttpServer server;
    private final ExecutorService handlers = Executors.newCachedThreadPool();
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();

    private Receiver(HttpServer server) {
        this.server = server;
        server.setExecutor(handlers);
        server.createContext("/", this::handle);
        server.start();
    }

    static Receiver start() throws IOException {
        return new Receiver(HttpServer.create(local(), 0));
    }

    static Receiver start(SSLContext tls, boolean wantsClientCertificate) throws IOException {
        HttpsServer server = HttpsServer.create(local(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = tls.getDefaultSSLParameters();
                wanted.setNeedClientAuth(wantsClientCertificate);
                parameters.setSSLParameters(wanted);
            }
        });
        return new Receiver(server);
    }

    private static InetSocketAddress local() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.add(new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                exchange.getRequestHeaders(),
                ByteString.readFrom(exchange.getRequestBody())));
        Answer next = answers.poll();
        Answer answer = next == null ? new Answer(200) : next;
        if (!answer.header().isEmpty()) {
            exchange.getResponseHeaders().set(answer.header(), answer.value());
        }
        exchange.sendResponseHeaders(
                answer.status(), answer.body().isEmpty() ? -1 : answer.body().size());
        if (!answer.body().isEmpty()) {
            answer.body().writeTo(exchange.getResponseBody());
        }
        exchange.close();
    }

    /** Answers one request so; without any it takes all. */
    void answer(Answer... next) {
        answers.addAll(List.of(next));
    }

    /** The next request. */
    Request next() throws InterruptedException {
        Request request = requests.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(request).as("a request").isNotNull();
        return request;
    }

    /** Requests that nobody has looked at. */
    int waiting() {
        return requests.size();
    }

    /** Its URL without a path. */
    String address() {
        return (server instanceof HttpsServer ? "https" : "http") + "://127.0.0.1:"
                + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        handlers.shutdownNow();
    }
}
