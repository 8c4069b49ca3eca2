// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import io.karst.component.DaemonThreads;
import io.karst.component.LoggedException;
import io.karst.component.RateLimitedLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.servlet.AsyncContext;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams of server-sent events. Each second one frame is made and its bytes are given to all; without streams, nothing is read. No
 * thread ever waits for a browser: see {@link LiveStream}. A stream ends after ten minutes, so that a browser whose user may no longer
 * read has to log in again.
 */
final class Live implements AutoCloseable {
    static final int MAX_STREAMS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Live.class);
    private static final long LONGEST_NANOS = Duration.ofMinutes(10).toNanos();
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Makes a frame's content. */
    interface Source {
        /** Contention now. */
        Json now() throws InterruptedException;
    }

    private final Source source;
    private final LongSupplier nanoTime;
    private final Supplier<ScheduledExecutorService> timers;
    private final RateLimitedLog limit;
    private final Set<LiveStream> streams = ConcurrentHashMap.newKeySet();
    private @Nullable ScheduledExecutorService timer;
    private boolean closed;
    private long frames;

    Live(Source source, LongSupplier nanoTime) {
        this(source, nanoTime, () -> Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("karst-web-live")));
    }

    Live(Source source, LongSupplier nanoTime, Supplier<ScheduledExecutorService> timers) {
        this.source = source;
        this.nanoTime = nanoTime;
        this.timers = timers;
        limit = new RateLimitedLog(nanoTime);
    }

    /**
     * Begins a stream.
     *
     * @return false if there are too many
     * @throws IOException if the connection is gone
     */
    synchronized boolean add(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (closed || streams.size() >= MAX_STREAMS) {
            return false;
        }
        response.setContentType("text/event-stream;charset=UTF-8");
        response.setHeader("X-Accel-Buffering", "no"); // or nginx keeps the frames back
        AsyncContext context = request.startAsync();
        context.setTimeout(0);
        LiveStream stream = new LiveStream(context, response.getOutputStream(), nanoTime.getAsLong(), streams::remove);
        streams.add(stream);
        stream.begin();
        if (timer == null) {
            ScheduledExecutorService begun = timers.get();
            Future<?> unused = begun.scheduleAtFixedRate(this::send, 0, 1, TimeUnit.SECONDS);
            timer = begun;
        }
        return true;
    }

    @SuppressWarnings("IllegalCatch") // an exception would end the timer
    void send() {
        try {
            end(stream -> nanoTime.getAsLong() - stream.sinceNanos() > LONGEST_NANOS);
            if (!restIfIdle()) {
                byte[] frame = frame(source.now());
                streams.forEach(stream -> stream.offer(frame));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            limit.permit(String.valueOf(e.getMessage()))
                    .ifPresent(leftOut -> LOG.warn(
                            "No frame can be made; left out since the last line: {}", leftOut, LoggedException.of(e)));
        }
    }

    /** Without streams the timer ends. */
    private synchronized boolean restIfIdle() {
        if (streams.isEmpty() && timer != null) {
            timer.shutdown();
            timer = null;
        }
        return streams.isEmpty();
    }

    private byte[] frame(Json now) {
        byte[] data = Json.bytes(now.object()); // has no line break
        String head = "retry: 2000\nid: " + ++frames + "\nevent: now\ndata: ";
        byte[] begin = head.getBytes(StandardCharsets.US_ASCII);
        byte[] frame = new byte[begin.length + data.length + 2];
        System.arraycopy(begin, 0, frame, 0, begin.length);
        System.arraycopy(data, 0, frame, begin.length, data.length);
        frame[frame.length - 2] = '\n';
        frame[frame.length - 1] = '\n';
        return frame;
    }

    private void end(Predicate<LiveStream> which) {
        streams.stream().filter(which).forEach(LiveStream::end);
    }

    int size() {
        return streams.size();
    }

    @Override
    public void close() {
        ScheduledExecutorService running;
        synchronized (this) {
            closed = true;
            running = timer;
            timer = null;
        }
        if (running != null) {
            DaemonThreads.end(PATIENCE, List.of(running));
        }
        end(stream -> true);
    }
}
