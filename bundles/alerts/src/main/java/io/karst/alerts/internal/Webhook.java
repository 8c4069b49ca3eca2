// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import io.karst.ability.Ability;
import io.karst.component.DaemonThreads;
import io.karst.component.RateLimitedLog;
import io.karst.component.SafeText;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts JSON to a URL, one document after the other, on a thread of its own. What cannot be delivered is tried again after a rest, which
 * grows; a new document that finds the queue full takes the place of the oldest. The file with the URL is read for each document.
 */
final class Webhook implements AutoCloseable {

    /** Most documents that wait. */
    static final int MOST_WAITING = 100;

    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
    private static final int ATTEMPTS = 4;
    private static final int GROWTH = 5;
    private static final int SUCCESS = 2;
    private static final int TOO_MANY = 429;
    private static final int SERVER_FAULT = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Duration firstRest;
    private final RateLimitedLog log = new RateLimitedLog(System::nanoTime);
    private final ThreadPoolExecutor thread;
    private @Nullable HttpClient client;

    private long delivered;
    private long failed;
    private Optional<String> lastError = Optional.empty();

    /**
     * Starts no thread before the first document.
     *
     * @param firstRest rest after the first attempt; after each further one it is five times as long
     */
    Webhook(Duration firstRest) {
        this.firstRest = firstRest;
        thread = new ThreadPoolExecutor(
                1,
                1,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                DaemonThreads.named("karst-alert-webhook"),
                this::full);
        thread.allowCoreThreadTimeOut(true);
    }

    private void full(Runnable newest, ThreadPoolExecutor executor) {
        if (executor.isShutdown()) {
            return;
        }
        if (executor.getQueue().poll() != null) {
            failed("more than " + MOST_WAITING + " alerts wait for it, the oldest was dropped");
        }
        executor.execute(newest);
    }

    /** Sends a document soon; returns at once. */
    void send(Path file, Duration timeout, String json) {
        thread.execute(() -> deliver(file, timeout, json));
    }

    private void deliver(Path file, Duration timeout, String json) {
        try {
            Duration rest = firstRest;
            for (int attempt = 1; ; attempt++) {
                Result result = attempt(file, timeout, json);
                if (result.error().isEmpty()) {
                    delivered();
                    return;
                }
                if (attempt == ATTEMPTS || !result.again()) {
                    failed(result.error().get());
                    return;
                }
                TimeUnit.NANOSECONDS.sleep(rest.toNanos());
                rest = rest.multipliedBy(GROWTH);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.debug("the webhook is closed");
        }
    }

    /** Why an attempt failed, if it did, and whether another one may help. */
    private record Result(Optional<String> error, boolean again) {}

    private Result attempt(Path file, Duration timeout, String json) throws InterruptedException {
        try {
            WebhookTarget target = WebhookTarget.read(file);
            HttpRequest.Builder request = HttpRequest.newBuilder(target.uri())
                    .header("Content-Type", "application/json; charset=utf-8")
                    .POST(BodyPublishers.ofString(json));
            target.headers().forEach(request::setHeader);
            return answer(target, status(request.build(), timeout));
        } catch (IOException e) {
            return new Result(Optional.of(String.valueOf(e.getMessage())), false);
        }
    }

    private static Result answer(WebhookTarget target, Status status) {
        if (status.code() / 100 == SUCCESS) {
            return new Result(Optional.empty(), false);
        }
        boolean again = status.code() == 0 || status.code() == TOO_MANY || status.code() >= SERVER_FAULT;
        return new Result(Optional.of(target + ": " + status.text()), again);
    }

    /** Status of an answer; 0 without one, then with the reason. */
    private record Status(int code, String text) {}

    /** The time limit of a request ends when the answer begins: this one is for all of it. */
    private Status status(HttpRequest request, Duration timeout) throws InterruptedException {
        CompletableFuture<HttpResponse<Void>> answer = client().sendAsync(request, BodyHandlers.discarding());
        try {
            int code = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS).statusCode();
            return new Status(code, "HTTP status " + code);
        } catch (TimeoutException e) {
            return new Status(0, "no answer within " + timeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            return new Status(0, reason(e.getCause() == null ? e : e.getCause()));
        } finally {
            answer.cancel(true);
        }
    }

    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        return failure.getClass().getSimpleName() + (message == null ? "" : ": " + SafeText.of(message));
    }

    private HttpClient client() {
        HttpClient made = client;
        if (made == null) {
            HttpClient.Builder builder = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER);
            ProxySelector proxies = ProxySelector.getDefault();
            made = (proxies == null ? builder : builder.proxy(proxies)).build();
            client = made;
        }
        return made;
    }

    private synchronized void delivered() {
        delivered++;
        lastError = Optional.empty();
    }

    private void failed(String why) {
        synchronized (this) {
            failed++;
            lastError = Optional.of(why);
        }
        log.permit(why).ifPresent(leftOut -> LOG.warn("webhook={} left out={}", SafeText.of(why), leftOut));
    }

    /** Whether the webhook works, as far as that is known. */
    synchronized Ability ability(Path file) {
        String counts = delivered + " alerts delivered, " + failed + " not";
        return new Ability(
                "webhook of alerts",
                lastError.isEmpty(),
                lastError.map(why -> counts + "; last: " + why).orElse(counts),
                "alerts are in the log, in events and in JMX only",
                "correct " + file + ", or the server that it names; the next alert reads it again");
    }

    /** Drops what waits. */
    @Override
    public void close() {
        if (!DaemonThreads.end(PATIENCE, List.of(thread))) {
            LOG.warn("the thread of the webhook ignores its interrupt; it is left behind");
        }
    }
}
