// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Holds what gRPC's server says of streams that clients broke to one line a minute, or any client could fill the log. From
 * its creation until it is closed. Thread-safe.
 */
@Component(
        name = "io.karst.config-grpc.broken-streams",
        service = {},
        immediate = true)
public final class BrokenStreams implements Filter, AutoCloseable {
    static final String LOGGER = NettyServerBuilder.class.getPackageName() + ".NettyServerHandler";

    private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

    /** Held, as the runtime forgets a logger, and its filter, that nobody refers to. */
    private final Logger logger = Logger.getLogger(LOGGER);

    private final LongSupplier nanos;
    private boolean said;
    private long lastSaid;
    private long kept;

    /** Called by the service component runtime. */
    @Activate
    public BrokenStreams() {
        this(System::nanoTime);
    }

    BrokenStreams(LongSupplier nanos) {
        this.nanos = nanos;
        logger.setFilter(this);
    }

    /** Lets through what is no warning, and one warning a minute with the number of those kept quiet before it. */
    @Override
    public synchronized boolean isLoggable(LogRecord line) {
        if (line.getLevel().intValue() < Level.WARNING.intValue()) {
            return true;
        }
        long now = nanos.getAsLong();
        if (said && now - lastSaid < QUIET_NANOS) {
            kept++;
            return false;
        }
        line.setMessage(line.getMessage() + " (kept quiet before: " + kept + ")");
        said = true;
        lastSaid = now;
        kept = 0;
        return true;
    }

    @Deactivate
    @Override
    public void close() {
        logger.setFilter(null);
    }
}
