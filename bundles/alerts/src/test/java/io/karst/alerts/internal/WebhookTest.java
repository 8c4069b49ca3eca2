// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.karst.ability.Ability;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final Webhook webhook = new Webhook(Duration.ofMillis(1));
    private final ExecutorService handlers = Executors.newCachedThreadPool();
    private HttpServer server;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(handlers);
        server.createContext("/secret-path", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        webhook.close();
        hanging.countDown();
        server.stop(0);
        handlers.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        received.add(exchange.getRequestHeaders().getFirst("Authorization") + " " + body);
        Integer status = answers.poll();
        if (status != null && status == 0) {
            await(hanging);
        }
        exchange.sendResponseHeaders(status == null ? 200 : Math.max(200, status), -1);
        exchange.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Path file(String text) throws IOException {
        Path file = folder.resolve("webhook");
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, text);
    }

    private Path target() throws IOException {
        return file("# where alerts go\nhttp://127.0.0.1:" + server.getAddress().getPort()
                + "/secret-path\nAuthorization: Bearer hidden\n");
    }

    private String next() throws InterruptedException {
        String next = received.poll(20, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    /** The result is known a moment after the request arrived: a further one is delivered after it. */
    private Ability ability(Path file) throws InterruptedException {
        webhook.send(file, LIMIT, "last");
        while (!next().endsWith(" last")) {
            assertThat(received).hasSizeLessThan(1_000);
        }
        return webhook.ability(file);
    }

    @Test
    void postsWithTheHeadersOfTheFile() throws Exception {
        webhook.send(target(), LIMIT, "{\"a\":\"ä\"}");
        assertThat(next()).isEqualTo("Bearer hidden {\"a\":\"ä\"}");
        assertThat(ability(target()).present()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void triesAgainWhereThatMayHelp(int status) throws Exception {
        answers.add(status);
        answers.add(status);
        webhook.send(target(), LIMIT, "x");
        assertThat(next()).isEqualTo(next()).isEqualTo(next()).isEqualTo("Bearer hidden x");
        assertThat(ability(target()).evidence()).startsWith("1 alerts delivered, 0 not");
    }

    @Test
    void givesUpAfterFourAttempts() throws Exception {
        for (int i = 0; i < 4; i++) {
            answers.add(503);
        }
        webhook.send(target(), LIMIT, "x");
        for (int i = 0; i < 4; i++) {
            assertThat(next()).endsWith(" x");
        }
        assertThat(ability(target()).evidence()).contains(", 1 not");
        assertThat(received).isEmpty();
    }

    @Test
    void aRefusalIsNotRepeated() throws Exception {
        answers.add(404);
        webhook.send(target(), LIMIT, "x");
        assertThat(next()).endsWith(" x");
        assertThat(ability(target()).evidence()).contains(", 1 not");
        assertThat(received).isEmpty();
    }

    @Test
    void aServerThatDoesNotAnswerIsLeft() throws Exception {
        answers.add(0);
        webhook.send(target(), Duration.ofMillis(200), "x");
        assertThat(next()).endsWith(" x");
        assertThat(next()).endsWith(" x");
    }

    @Test
    void theOldestGivesWayWhenTheQueueIsFull() throws Exception {
        answers.add(0);
        Path file = target();
        webhook.send(file, LIMIT, "first");
        assertThat(next()).endsWith(" first");
        for (int i = 0; i < Webhook.MOST_WAITING + 5; i++) {
            webhook.send(file, LIMIT, "n" + i);
        }
        assertThat(webhook.ability(file).evidence())
                .startsWith("0 alerts delivered, 5 not")
                .contains("more than 100");
        hanging.countDown();
        assertThat(next()).endsWith(" n5");
    }

    @Test
    void noMessageHasTheCredentials() throws Exception {
        answers.add(404);
        answers.add(404);
        Path file = target();
        webhook.send(file, LIMIT, "first");
        webhook.send(file, LIMIT, "second");
        assertThat(next()).endsWith(" first");
        assertThat(next()).endsWith(" second");
        String host = "http://127.0.0.1:" + server.getAddress().getPort();
        assertThat(WebhookTarget.read(file)).hasToString(host);
        assertThat(webhook.ability(file).toString())
                .contains(host + ": HTTP status 404")
                .doesNotContain("secret-path")
                .doesNotContain("hidden");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                  | has no URL",
                "hidden                              | line 1 is not a URL that begins with",
                "ftp://hidden/                       | line 1 is not a URL that begins with",
                "https://user:hidden@host/           | line 1 is not a URL that begins with",
                "https://hidden host/                | line 1 is not a URL",
                "https://host:99999/hidden           | line 1 is not a URL",
                "https://h/@hidden                   | line 2 is not one of at most 16 headers",
                "https://h/@Host: hidden             | line 2 is not a header that may be set",
                "https://h/@A B: hidden              | line 2 is not a header that may be set"
            })
    void refusesAFileWithoutSayingWhatIsInIt(String text, String why) throws Exception {
        Path file = file(text.replace('@', '\n'));
        assertThatThrownBy(() -> WebhookTarget.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("hidden")
                .hasNoCause();
    }

    @Test
    void aFileThatOthersMayReadIsRefused() throws Exception {
        Path file = target();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> WebhookTarget.read(file)).hasMessageContaining("chmod 600");
    }
}
