// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll.internal;

import io.karst.poll.PollTask;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the loop the services behind references. A task's component may need the loop itself, as that of the configuration
 * poller does; if it was asked for while the loop's component starts, the runtime would find a circle, and would have to come back
 * to the task later. So services are asked for on a thread of their own, and again if there is none yet. Thread-safe.
 */
final class TaskBinder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TaskBinder.class);
    private static final long AGAIN_MILLIS = 500;

    private final BundleContext context;
    private final Loop loop;
    private final Set<ServiceReference<PollTask>> registered = new HashSet<>();
    private final Map<ServiceReference<PollTask>, PollTask> bound = new HashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread made = new Thread(work, "karst-poll-binder");
        made.setDaemon(true);
        return made;
    });

    /**
     * Knows no task yet.
     *
     * @param context asks for services
     * @param loop gets them
     */
    TaskBinder(BundleContext context, Loop loop) {
        this.context = context;
        this.loop = loop;
    }

    synchronized void add(ServiceReference<PollTask> reference) {
        registered.add(reference);
        thread.execute(() -> bind(reference));
    }

    synchronized void remove(ServiceReference<PollTask> reference) {
        registered.remove(reference);
        PollTask task = bound.remove(reference);
        if (task != null) {
            loop.remove(task);
            context.ungetService(reference);
        }
    }

    @SuppressWarnings("IllegalCatch") // whatever a task's component throws must not end the binding of others
    private void bind(ServiceReference<PollTask> reference) {
        try {
            take(reference, context.getService(reference));
        } catch (RuntimeException | Error e) {
            LOG.warn("poll task {} cannot be had; asked again", reference, e);
            take(reference, null);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // bind() reports its failures itself
    private synchronized void take(ServiceReference<PollTask> reference, @Nullable PollTask task) {
        if (!registered.contains(reference)) {
            if (task != null) {
                context.ungetService(reference);
            }
        } else if (task == null && !thread.isShutdown()) {
            thread.schedule(() -> bind(reference), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        } else if (task != null) {
            bound.put(reference, task);
            loop.add(task);
        }
    }

    /** Asks for no more services; the loop keeps what it has. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
