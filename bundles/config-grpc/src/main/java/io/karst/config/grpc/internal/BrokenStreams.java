// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.karst.component.RateLimitedLog;
import java.util.List;
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
 * Limits each of gRPC's messages that a peer can provoke, such as those about broken streams, to one line a minute; otherwise any peer
 * could fill the log. From its creation until it is closed. Thread-safe.
 */
@Component(
        name = "io.karst.config-grpc.broken-streams",
        service = {},
        immediate = true)
public final class BrokenStreams implements Filter, AutoCloseable {
    static final String LOGGER = NettyServerBuilder.class.getPackageName() + ".NettyServerHandler";

    /** Classes of gRPC that write about what a peer did, a server's and a client's. */
    static final List<String> LOGGERS = List.of(
            LOGGER,
            NettyServerBuilder.class.getPackageName() + ".NettyServerStream",
            NettyServerBuilder.class.getPackageName() + ".NettyServerTransport",
            NettyServerBuilder.class.getPackageName() + ".NettyClientHandler",
            "io.grpc.internal.SerializingExecutor",
            "io.grpc.internal.ServerImpl",
            "io.grpc.internal.ServerCallImpl",
            "io.grpc.internal.AbstractServerStream",
            "io.grpc.internal.AbstractClientStream",
            "io.grpc.internal.ClientCallImpl",
            "io.grpc.internal.ManagedChannelImpl");

    /** Held, as the runtime forgets a logger, and its filter, that nobody refers to. */
    private final List<Logger> loggers = LOGGERS.stream().map(Logger::getLogger).toList();

    private final RateLimitedLog rate;

    /** Limits from now on. */
    @Activate
    public BrokenStreams() {
        this(System::nanoTime);
    }

    BrokenStreams(LongSupplier nanos) {
        rate = new RateLimitedLog(nanos);
        loggers.forEach(logger -> logger.setFilter(this));
    }

    /** Lets through what is for debugging only, and of all else one line a minute with the number of those kept quiet before it. */
    @Override
    public boolean isLoggable(LogRecord line) {
        if (line.getLevel().intValue() < Level.INFO.intValue()) {
            return true;
        }
        boolean warning = line.getLevel().intValue() >= Level.WARNING.intValue();
        OptionalLong leftOut = rate.permit(line.getLoggerName() + (warning ? "" : " info"));
        leftOut.ifPresent(count -> {
            if (warning || count > 0) {
                line.setMessage(line.getMessage() + " (kept quiet before: " + count + ")");
            }
        });
        return leftOut.isPresent();
    }

    @Deactivate
    @Override
    public void close() {
        loggers.forEach(logger -> logger.setFilter(null));
    }
}
