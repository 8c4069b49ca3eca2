// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.stage;

import io.karst.component.DaemonThreads;
import io.karst.component.LoggedException;
import io.karst.component.SafeText;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a service on its own thread, retries with back-off, and registers the service once it is open.
 *
 * <p>A runner lives as long as the registration of the component that owns it. Declarative Services ends that
 * registration before it deactivates the component, and also when it drops an instance without deactivating it, so the
 * component needs no {@code @Deactivate}. The service is unregistered first, then closed.
 *
 * @param <S> the service
 */
public final class StageRunner<S extends AutoCloseable> implements ServiceListener {

    private static final Logger LOG = LoggerFactory.getLogger(StageRunner.class);
    private static final Duration FIRST_REST = Duration.ofSeconds(5);
    private static final Duration LONGEST_REST = Duration.ofSeconds(60);

    /**
     * How long closing waits for an interrupted attempt. After that, the thread of the attempt closes what it opened.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ServiceReference<?> component;
    private final BundleContext context;
    private final String name;
    private final Collection<Class<? super S>> services;
    private final Callable<S> opening;
    private final Duration firstRest;
    private final Thread thread;

    private StageState state = StageState.WAITING;
    private Instant since = Instant.now();
    private Duration duration = Duration.ZERO;
    private Optional<String> lastError = Optional.empty();
    private int failures;
    private boolean busy = true;
    private boolean closed;
    private @Nullable S opened;
    private @Nullable ServiceRegistration<?> registration;
    private @Nullable Consumer<? super S> change;

    private StageRunner(
            ServiceReference<?> component,
            Collection<Class<? super S>> services,
            Callable<S> opening,
            Duration firstRest) {
        Bundle bundle = component.getBundle();
        if (bundle == null) {
            throw new IllegalStateException("the component of this stage is gone already");
        }
        this.component = component;
        this.context = bundle.getBundleContext();
        this.name = String.valueOf(component.getProperty("component.name"));
        this.services = List.copyOf(services);
        this.opening = opening;
        this.firstRest = firstRest;
        this.thread = DaemonThreads.of(name.replaceFirst("^io\\.karst\\.", "karst-"), this::run);
    }

    /**
     * Starts to open a service, and returns at once.
     *
     * @param component registration of the owner; the service gets its properties, and the runner ends with it
     * @param services interfaces to register the service as
     * @param opening opens the service; runs on the runner's thread, is interrupted when the runner ends, and leaves
     * nothing open when it fails
     * @throws IllegalStateException if the owner's registration has ended
     */
    public static <S extends AutoCloseable> StageRunner<S> start(
            ServiceReference<?> component, Collection<Class<? super S>> services, Callable<S> opening) {
        return start(component, services, opening, FIRST_REST);
    }

    static <S extends AutoCloseable> StageRunner<S> start(
            ServiceReference<?> component,
            Collection<Class<? super S>> services,
            Callable<S> opening,
            Duration firstRest) {
        StageRunner<S> runner = new StageRunner<>(component, services, opening, firstRest);
        try {
            runner.context.addServiceListener(
                    runner, "(" + Constants.SERVICE_ID + "=" + component.getProperty(Constants.SERVICE_ID) + ")");
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        runner.thread.start();
        if (component.getBundle() == null) {
            runner.close();
        }
        return runner;
    }

    /**
     * State of the work: waiting until the service is open, or failed from the first failure until it is open.
     */
    public synchronized StageReport report() {
        return new StageReport(
                component.getProperty(Stage.ORDER) instanceof Integer order ? order : 0,
                component.getProperty(Stage.NAME) instanceof String stage ? stage : name,
                context.getBundle().getSymbolicName(),
                state,
                since,
                duration,
                state == StageState.WAITING ? List.of("its own activation") : List.of(),
                lastError);
    }

    /**
     * Applies changed settings: at once if the service is open, otherwise after it was opened. If opening failed, the
     * next attempt starts at once. Before this call, make sure that {@code opening} reads the changed settings.
     *
     * @param changed applies the settings to an open service; throws if they are wrong
     */
    public void changed(Consumer<? super S> changed) {
        S service;
        synchronized (this) {
            service = opened;
            if (service == null) {
                change = changed;
                notifyAll();
                return;
            }
        }
        changed.accept(service);
    }

    /**
     * Closes the service, and opens it anew with a runner of its own, which takes this one's place. What is read by {@code opening} has
     * to be changed before this call.
     *
     * @return the new runner; this one if the owner's registration has ended
     */
    public StageRunner<S> reopened() {
        close();
        return component.getBundle() == null ? this : start(component, services, opening, firstRest);
    }

    private void run() {
        try {
            S service = null;
            while (service == null && begin()) {
                service = attempt();
            }
            if (service != null) {
                offer(service);
            }
        } catch (InterruptedException e) {
            LOG.debug("component={} ended between two attempts", name);
        } finally {
            withdrawIfClosed();
        }
    }

    private synchronized boolean begin() {
        change = null;
        return !closed;
    }

    @SuppressWarnings("IllegalCatch") // whatever an attempt throws, it is retried
    private @Nullable S attempt() throws InterruptedException {
        long begun = System.nanoTime();
        try {
            S service = opening.call();
            synchronized (this) {
                duration = Duration.ofNanos(System.nanoTime() - begun);
            }
            return service;
        } catch (Exception | Error e) {
            rest(e);
            return null;
        }
    }

    private synchronized void rest(Throwable failure) throws InterruptedException {
        if (closed) {
            LOG.debug("component={} was ended during its start", name, LoggedException.of(failure));
            return;
        }
        failures++;
        Duration rest = rest(firstRest, failures);
        String reason = firstLine(failure);
        if (!lastError.equals(Optional.of(reason))) {
            LOG.warn(
                    "component={} failed, next try in {} s: {}",
                    name,
                    rest.toSeconds(),
                    SafeText.of(reason),
                    LoggedException.of(failure));
        }
        if (state != StageState.FAILED) {
            state = StageState.FAILED;
            since = Instant.now();
        }
        lastError = Optional.of(reason);
        long until = System.nanoTime() + rest.toNanos();
        for (long left = rest.toNanos(); !closed && change == null && left > 0; left = until - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** 5 s, doubled after each failure, at most 60 s. */
    static Duration rest(Duration first, int failures) {
        Duration rest = first.multipliedBy(1L << Math.min(failures - 1, 10));
        return rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
    }

    /** The first line of the message; the class, if there is none. */
    static String firstLine(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank()
                ? failure.getClass().getName()
                : message.strip().lines().findFirst().orElse("");
    }

    private void offer(S service) {
        while (!isReady(service)) {
            apply(service);
        }
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        try {
            ServiceRegistration<?> made = context.registerService(
                    services.stream().map(Class::getName).toArray(String[]::new), service, properties());
            synchronized (this) {
                registration = made;
            }
        } catch (IllegalStateException e) {
            LOG.debug("component={}: its bundle has stopped", name, LoggedException.of(e));
            close();
        }
    }

    /**
     * Sets the state to ready before it registers the service: components that need the service start within that call,
     * and should find this stage ready.
     */
    private synchronized boolean isReady(S service) {
        if (change != null && !closed) {
            return false;
        }
        opened = service;
        state = StageState.READY;
        since = Instant.now();
        lastError = Optional.empty();
        if (failures > 0) {
            LOG.info("component={} is active after {} failures", name, failures);
        }
        return true;
    }

    @SuppressWarnings("IllegalCatch") // a wrong setting changes nothing
    private void apply(S service) {
        Consumer<? super S> changed;
        synchronized (this) {
            changed = change;
            change = null;
        }
        try {
            if (changed != null) {
                changed.accept(service);
            }
        } catch (RuntimeException | Error e) {
            LOG.warn("component={}: changed settings are refused: {}", name, firstLine(e), LoggedException.of(e));
        }
    }

    private Dictionary<String, Object> properties() {
        Map<String, Object> properties = new HashMap<>();
        for (String key : component.getPropertyKeys()) {
            properties.put(key, component.getProperty(key));
        }
        return FrameworkUtil.asDictionary(properties);
    }

    /** The owner's registration ends. */
    @Override
    public void serviceChanged(ServiceEvent event) {
        if (event.getType() == ServiceEvent.UNREGISTERING) {
            close();
        }
    }

    private void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            state = StageState.WAITING;
        }
        thread.interrupt();
        try {
            context.removeServiceListener(this);
        } catch (IllegalStateException e) {
            LOG.debug("component={}: its bundle has stopped", name, LoggedException.of(e));
        }
        if (Thread.currentThread() != thread) {
            await();
        }
        synchronized (this) {
            if (busy) {
                return;
            }
        }
        withdraw();
    }

    private void await() {
        try {
            TimeUnit.NANOSECONDS.timedJoin(thread, PATIENCE.toNanos());
            if (thread.isAlive()) {
                LOG.warn("component={} does not heed its interrupt; it is closed when it has opened", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes a service that was opened after {@link #close()} had stopped waiting; called on the runner's thread. */
    private void withdrawIfClosed() {
        synchronized (this) {
            busy = false;
            if (!closed) {
                return;
            }
        }
        boolean interrupted = Thread.interrupted(); // closing must not be interrupted
        LOG.debug("component={} ended while it started, interrupted={}", name, interrupted);
        withdraw();
    }

    @SuppressWarnings("IllegalCatch") // the caller ends the component and must not get this failure
    private void withdraw() {
        ServiceRegistration<?> offered;
        S service;
        synchronized (this) {
            offered = registration;
            service = opened;
            registration = null;
            opened = null;
        }
        try {
            if (offered != null) {
                offered.unregister();
            }
        } catch (IllegalStateException e) {
            LOG.debug("component={}: unregistered with its bundle", name, LoggedException.of(e));
        }
        try {
            if (service != null) {
                service.close();
            }
        } catch (Exception e) {
            LOG.error("component={} could not be closed", name, LoggedException.of(e));
        }
    }
}
