// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import io.karst.component.LoggedException;
import java.io.IOException;
import java.util.function.Consumer;
import javax.servlet.AsyncContext;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One browser's stream. Writes only when the connection takes bytes, and keeps one frame for when it does not: a newer one replaces it,
 * so that a slow browser sees fewer frames, and none that is old. Thread-safe.
 */
final class LiveStream implements WriteListener {
    private static final Logger LOG = LoggerFactory.getLogger(LiveStream.class);

    private final AsyncContext context;
    private final ServletOutputStream out;
    private final long sinceNanos;
    private final Consumer<LiveStream> ended;
    private byte @Nullable [] next;
    private boolean writable;
    private boolean unflushed;
    private boolean over;

    /**
     * Begins with {@link #begin}.
     *
     * @param ended told once when it is over
     */
    LiveStream(AsyncContext context, ServletOutputStream out, long sinceNanos, Consumer<LiveStream> ended) {
        this.context = context;
        this.out = out;
        this.sinceNanos = sinceNanos;
        this.ended = ended;
    }

    void begin() {
        out.setWriteListener(this);
    }

    long sinceNanos() {
        return sinceNanos;
    }

    /** Gives it a frame, which nobody changes. */
    synchronized void offer(byte[] frame) {
        next = frame;
        if (writable) {
            write();
        }
    }

    @Override
    public synchronized void onWritePossible() {
        writable = true;
        write();
    }

    private void write() {
        try {
            while (!over && out.isReady()) {
                byte[] frame = next;
                if (unflushed) {
                    unflushed = false;
                    out.flush();
                } else if (frame != null) {
                    next = null;
                    unflushed = true;
                    out.write(frame);
                } else {
                    return;
                }
            }
            writable = false; // the container calls when it is ready again
        } catch (IOException e) {
            LOG.debug("a browser is gone", LoggedException.of(e));
            end();
        }
    }

    @Override
    public void onError(Throwable failure) {
        LOG.debug("a browser is gone", LoggedException.of(failure));
        end();
    }

    /** Ends it; twice does no harm. */
    void end() {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
        }
        ended.accept(this);
        try {
            context.complete();
        } catch (IllegalStateException e) {
            LOG.debug("the stream was complete already", LoggedException.of(e));
        }
    }
}
