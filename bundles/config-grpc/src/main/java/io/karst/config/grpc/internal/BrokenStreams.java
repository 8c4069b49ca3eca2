// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.grpc.Grpc;
import io.karst.component.RateLimitedLog;
import java.util.function.LongSupplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Limits each of gRPC's messages that a peer can provoke, such as those about broken streams, to one line a minute; otherwise any peer
 * could fill the log. From its creation until it is closed. It stands between gRPC's loggers, whichever there are, and the handlers of the
 * log. Thread-safe.
 */
@Component(
        name = "io.karst.config-grpc.broken-streams",
        service = {},
        immediate = true)
public final class BrokenStreams extends Handler implements AutoCloseable {

    /** All of gRPC's own loggers are below it, and those of what it brings along. */
    static final String LOGGER = Grpc.class.getPackageName();

    /** Held, as the runtime forgets a logger that nobody refers to. */
    private final Logger grpc = Logger.getLogger(LOGGER);

    private final RateLimitedLog rate;

    /** Limits from now on. */
    @Activate
    public BrokenStreams() {
        this(System::nanoTime);
    }

    BrokenStreams(LongSupplier nanos) {
        rate = new RateLimitedLog(nanos);
        grpc.addHandler(this);
        grpc.setUseParentHandlers(false);
    }

    /** Lets through what is for debugging only, and of all else one line a minute with the number of those kept quiet before it. */
    @Override
    public void publish(LogRecord line) {
        if (line.getLevel().intValue() < Level.INFO.intValue()) {
            pass(line);
            return;
        }
        boolean warning = line.getLevel().intValue() >= Level.WARNING.intValue();
        rate.permit(line.getLoggerName() + (warning ? "" : " info")).ifPresent(leftOut -> {
            if (warning || leftOut > 0) {
                line.setMessage(line.getMessage() + " (kept quiet before: " + leftOut + ")");
            }
            pass(line);
        });
    }

    /** As the logger would without this. */
    private void pass(LogRecord line) {
        boolean goesOn = true;
        for (Logger logger = grpc.getParent(); goesOn && logger != null; logger = logger.getParent()) {
            for (Handler handler : logger.getHandlers()) {
                handler.publish(line);
            }
            goesOn = logger.getUseParentHandlers();
        }
    }

    @Override
    public void flush() {
        // nothing is kept
    }

    @Deactivate
    @Override
    public void close() {
        grpc.setUseParentHandlers(true);
        grpc.removeHandler(this);
    }
}
