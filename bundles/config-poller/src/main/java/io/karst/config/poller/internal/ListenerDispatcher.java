// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.component.DaemonThreads;
import io.karst.component.LoggedException;
import io.karst.component.SafeText;
import io.karst.config.ApplyOutcome;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.ConfigTopics;
import io.karst.config.ConfigChange.Kind;
import io.karst.config.ConfigListener;
import io.karst.config.ConfigListeners;
import io.karst.config.ConfigRefusedException;
import io.karst.config.ConfigUpdates;
import io.karst.config.RemoteConfig;
import io.karst.remoteconfig.ConfigPath;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Delivers changes to every {@link ConfigListener}, each on its own thread, and sends their outcomes back. */
@Component(
        name = "io.karst.config-listeners",
        immediate = true,
        service = {EventHandler.class, ConfigListeners.class},
        property = EventConstants.EVENT_TOPIC + "=" + ConfigTopics.ALL)
public final class ListenerDispatcher implements EventHandler, ConfigListeners {

    private final ConfigUpdates updates;
    private final Answers answers;
    private final Map<Long, ListenerWorker> workers = new ConcurrentHashMap<>();

    /** Sends an outcome of the listener that is registered under an id. */
    interface Answers {
        void send(long listener, ApplyOutcome outcome);
    }

    /** Listeners are added by {@link #addListener}. */
    @Activate
    public ListenerDispatcher(
            @Reference(name = "configUpdates") ConfigUpdates updates,
            @Reference(name = "eventAdmin") EventAdmin events) {
        this(
                updates,
                (listener, outcome) -> events.postEvent(new Event(
                        ConfigTopics.APPLIED, Map.of(ConfigTopics.OUTCOME, outcome, ConfigTopics.LISTENER, listener))));
    }

    ListenerDispatcher(ConfigUpdates updates, Answers answers) {
        this.updates = updates;
        this.answers = answers;
    }

    /**
     * Adds a listener; it is called with what is current at once.
     *
     * @param listener called with every change from now on
     * @param properties of its registration, which its answers belong to
     */
    @Reference(
            name = "listener",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "removeListener")
    void addListener(ConfigListener listener, Map<String, Object> properties) {
        long id = id(properties);
        ListenerWorker worker =
                new ListenerWorker(listener, id, updates::current, outcome -> answers.send(id, outcome));
        workers.put(id, worker);
        for (String product : worker.products()) {
            updates.current(product)
                    .forEach(config -> worker.offer(new ConfigChange(ConfigChange.Kind.UPDATED, config)));
        }
    }

    void removeListener(ConfigListener listener, Map<String, Object> properties) {
        ListenerWorker worker = workers.remove(id(properties));
        if (worker != null) {
            worker.close();
        }
    }

    private static long id(Map<String, Object> properties) {
        return properties.get(Constants.SERVICE_ID) instanceof Long id ? id : -1;
    }

    @Override
    public void handleEvent(Event event) {
        if (event.getProperty(ConfigTopics.CHANGE) instanceof ConfigChange change) {
            workers.values().forEach(worker -> worker.offer(change));
        }
    }

    @Override
    public List<Status> listeners() {
        return workers.values().stream()
                .map(ListenerWorker::status)
                .sorted(Comparator.comparing(Status::name))
                .toList();
    }

    /** Interrupts every listener that is at work, and waits until all have ended. */
    @Deactivate
    public void close() {
        List<ListenerWorker> ending = List.copyOf(workers.values());
        workers.clear();
        ending.forEach(ListenerWorker::stop);
        ending.forEach(ListenerWorker::close);
    }

    /**
     * Runs one listener on a thread of its own. If several changes of one file wait, only the newest is delivered; a change that is no
     * longer in force when it would be delivered is dropped. Thread-safe.
     */
    static final class ListenerWorker implements AutoCloseable {

        private static final Logger LOG = LoggerFactory.getLogger(ListenerWorker.class);

        /** Longest time for one change. */
        private static final Duration LONGEST = Duration.ofHours(1);

        private static final Duration SHORTEST = Duration.ofMillis(1);

        /** How long the end waits for a listener; one that ignores its interrupt for longer keeps its thread. */
        private static final Duration PATIENCE = Duration.ofSeconds(2);

        private static final int LONGEST_NAME = 100;

        private final ConfigListener listener;
        private final String name;
        private final Set<String> products;
        private final Function<String, List<RemoteConfig>> current;
        private final Consumer<ApplyOutcome> answer;
        private final ScheduledThreadPoolExecutor thread;
        private final ScheduledExecutorService watch;
        private final Map<String, ConfigChange> waiting = new LinkedHashMap<>();
        private final Map<String, RemoteConfig> delivered = new HashMap<>();
        private volatile Optional<Outcome> last = Optional.empty();

        ListenerWorker(
                ConfigListener listener,
                long id,
                Function<String, List<RemoteConfig>> current,
                Consumer<ApplyOutcome> answer) {
            this.listener = listener;
            this.current = current;
            this.answer = answer;
            name = name(listener, id);
            products = products(listener, name);
            thread = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("karst-listener-" + name));
            watch = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("karst-listener-watch-" + name));
        }

        /** Its own name, if that is one: printable, at most 100 characters; else one made of its class and id. */
        @SuppressWarnings("IllegalCatch") // one bad listener must not starve the others
        private static String name(ConfigListener listener, long id) {
            String other = listener.getClass().getSimpleName() + "-" + id;
            try {
                String name = listener.name();
                if (name != null && !name.isBlank() && name.length() <= LONGEST_NAME && SafeText.isSafe(name)) {
                    return name;
                }
                LOG.warn("listener {} has no usable name (1 to {} printable characters)", other, LONGEST_NAME);
            } catch (Throwable e) {
                LOG.warn("listener {} does not tell its name", other, LoggedException.of(e));
            }
            return other;
        }

        /** Its products, as far as they are product names. */
        @SuppressWarnings("IllegalCatch") // one bad listener must not starve the others
        private static Set<String> products(ConfigListener listener, String name) {
            Set<String> products = new HashSet<>();
            try {
                for (String product : listener.products()) {
                    try {
                        products.add(ConfigPath.checkProduct(product == null ? "" : product));
                    } catch (IllegalArgumentException e) {
                        LOG.warn("listener {}: {}; it is left out", name, SafeText.of(String.valueOf(e.getMessage())));
                    }
                }
            } catch (Throwable e) {
                LOG.warn(
                        "listener {} does not tell its products, so it gets no configuration",
                        name,
                        LoggedException.of(e));
            }
            return products;
        }

        /** Its time for one change, 1 ms to 1 hour. */
        private Duration deadline() {
            Duration wanted = listener.deadline();
            if (wanted == null) {
                throw new IllegalStateException("the listener has no deadline");
            }
            Duration atLeast = wanted.compareTo(SHORTEST) < 0 ? SHORTEST : wanted;
            return atLeast.compareTo(LONGEST) > 0 ? LONGEST : atLeast;
        }

        Set<String> products() {
            return products;
        }

        Status status() {
            return new Status(name, products, last);
        }

        void offer(ConfigChange change) {
            if (!products.contains(change.config().product())) {
                return;
            }
            synchronized (this) {
                waiting.remove(change.config().path());
                waiting.put(change.config().path(), change);
            }
            if (change.kind() == Kind.UPDATED) {
                send(ApplyOutcome.applying(name, change.config()));
            }
            try {
                Future<?> queued = thread.submit(this::next);
                LOG.trace("queued {} for {}: {}", change, name, queued);
            } catch (RejectedExecutionException e) {
                LOG.debug("listener {} is gone", name, LoggedException.of(e));
            }
        }

        /**
         * Sends an outcome, unless this listener was removed: its successor answers for what is in force, and the outcome of the removed
         * one, which was interrupted, must not arrive after that.
         */
        private void send(ApplyOutcome outcome) {
            if (!thread.isShutdown()) {
                answer.accept(outcome);
            }
        }

        private void answered(ConfigChange change, ApplyOutcome outcome) {
            last = Optional.of(Outcome.of(change, outcome));
            send(outcome);
        }

        private Optional<ConfigChange> take() {
            synchronized (this) {
                Optional<ConfigChange> first = waiting.values().stream().findFirst();
                first.ifPresent(change -> waiting.remove(change.config().path()));
                return first;
            }
        }

        private void next() {
            Optional<ConfigChange> taken = take();
            if (taken.isEmpty() || !isCurrent(taken.get())) {
                return;
            }
            ConfigChange change = taken.get();
            RemoteConfig before = delivered.get(change.config().path());
            if (change.kind() == Kind.UPDATED && before != null && before.sameAs(change.config())) {
                answered(change, ApplyOutcome.applied(name, change.config()));
                return;
            }
            ApplyOutcome outcome = apply(change);
            last = Optional.of(Outcome.of(change, outcome));
            if (change.kind() == Kind.REMOVED) {
                delivered.remove(change.config().path());
            } else {
                if (outcome.state() == ApplyState.ACKNOWLEDGED) {
                    delivered.put(change.config().path(), change.config());
                }
                send(outcome);
            }
        }

        private boolean isCurrent(ConfigChange change) {
            List<RemoteConfig> now = current.apply(change.config().product());
            return change.kind() == Kind.UPDATED
                    ? now.stream().anyMatch(config -> config.sameAs(change.config()))
                    : now.stream()
                            .noneMatch(config ->
                                    config.path().equals(change.config().path()));
        }

        @SuppressWarnings("IllegalCatch") // one bad listener must not starve the others
        private ApplyOutcome apply(ConfigChange change) {
            AtomicBoolean late = new AtomicBoolean();
            Thread worker = Thread.currentThread();
            Duration deadline = Duration.ZERO;
            Optional<Future<?>> alarm = Optional.empty();
            try {
                deadline = deadline();
                String tooLate = "took longer than its deadline of " + deadline;
                alarm = Optional.of(watch.schedule(
                        () -> {
                            late.set(true);
                            // sent now, because a listener may ignore its interrupt
                            answered(change, ApplyOutcome.failed(name, change.config(), tooLate));
                            worker.interrupt();
                        },
                        deadline.toNanos(),
                        TimeUnit.NANOSECONDS));
                listener.apply(change);
                alarm.get().cancel(false);
                return late.get()
                        ? ApplyOutcome.failed(name, change.config(), tooLate)
                        : ApplyOutcome.applied(name, change.config());
            } catch (ConfigRefusedException e) {
                return ApplyOutcome.failed(name, change.config(), String.valueOf(e.getMessage()));
            } catch (InterruptedException e) {
                return ApplyOutcome.failed(
                        name,
                        change.config(),
                        late.get() ? "took longer than its deadline of " + deadline : "interrupted");
            } catch (Throwable e) { // also a checked one that no compiler saw
                return ApplyOutcome.failed(name, change.config(), told(change, e));
            } finally {
                alarm.ifPresent(set -> set.cancel(false));
                if (Thread.interrupted()) {
                    LOG.debug("listener {} left its thread interrupted", name);
                }
            }
        }

        /** What a throwable says of itself, unless that fails too. */
        @SuppressWarnings("IllegalCatch") // a throwable of others may fail even when it is printed
        private String told(ConfigChange change, Throwable thrown) {
            try {
                LOG.warn("listener {} threw on {}", name, SafeText.of(change), LoggedException.of(thrown));
                return thrown.toString();
            } catch (Throwable e) {
                LOG.debug("listener {} threw what cannot be shown", name);
                return thrown.getClass().getName();
            }
        }

        /** Interrupts the listener without waiting for it. */
        void stop() {
            thread.shutdownNow();
            watch.shutdownNow();
        }

        @Override
        public void close() {
            if (!DaemonThreads.end(PATIENCE, List.of(thread, watch))) {
                LOG.warn("listener {} ignores its interrupt; its thread is left behind", name);
            }
        }
    }
}
