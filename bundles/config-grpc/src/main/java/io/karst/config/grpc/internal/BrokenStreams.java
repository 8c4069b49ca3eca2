// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.karst.component.RateLimitedLog;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Limits gRPC's warnings about streams that clients broke to one line a minute; otherwise any client could fill the log. From its
 * creation until it is closed. Thread-safe.
 */
@Component(
        name = "io.karst.config-grpc.broken-streams",
        service = {},
        immediate = true)
public final class BrokenStreams implements Filter, AutoCloseable {
    static final String LOGGER = NettyServerBuilder.class.getPackageName() + ".NettyServerHandler";

    /** Held, as the runtime forgets a logger, and its filter, that nobody refers to. */
    private final Logger logger = Logger.getLogger(LOGGER);

    private final RateLimitedLog rate;

    /** Limits from now on. */
    @Activate
    public BrokenStreams() {
        this(System::nanoTime);
    }

    BrokenStreams(LongSupplier nanos) {
        rate = new RateLimitedLog(nanos);
        logger.setFilter(this);
    }

    /** Lets through what is no warning, and one warning a minute with the number of those kept quiet before it. */
    @Override
    public boolean isLoggable(LogRecord line) {
        if (line.getLevel().intValue() < Level.WARNING.intValue()) {
            return true;
        }
        OptionalLong leftOut = rate.permit(LOGGER);
        leftOut.ifPresent(count -> line.setMessage(line.getMessage() + " (kept quiet before: " + count + ")"));
        return leftOut.isPresent();
    }

    @Deactivate
    @Override
    public void close() {
        logger.setFilter(null);
    }
}
