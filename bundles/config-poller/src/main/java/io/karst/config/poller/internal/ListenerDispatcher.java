// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.config.ApplyOutcome;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigListener;
import io.karst.config.ConfigTopics;
import io.karst.config.ConfigUpdates;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
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

/** Delivers changes to every {@link ConfigListener}, each on its own thread, and sends their outcomes back. */
@Component(
        name = "io.karst.config-listeners",
        immediate = true,
        service = EventHandler.class,
        property = EventConstants.EVENT_TOPIC + "=" + ConfigTopics.ALL)
public final class ListenerDispatcher implements EventHandler {

    private final ConfigUpdates updates;
    private final Consumer<ApplyOutcome> answer;
    private final Map<ConfigListener, ListenerWorker> workers = new ConcurrentHashMap<>();

    /**
     * Listeners are added by {@link #addListener}.
     *
     * @param updates stage 5
     * @param events carries outcomes back
     */
    @Activate
    public ListenerDispatcher(
            @Reference(name = "configUpdates") ConfigUpdates updates,
            @Reference(name = "eventAdmin") EventAdmin events) {
        this(
                updates,
                outcome -> events.postEvent(new Event(ConfigTopics.APPLIED, Map.of(ConfigTopics.OUTCOME, outcome))));
    }

    ListenerDispatcher(ConfigUpdates updates, Consumer<ApplyOutcome> answer) {
        this.updates = updates;
        this.answer = answer;
    }

    /**
     * Adds a listener; it is called with what is current at once.
     *
     * @param listener called with every change from now on
     */
    @Reference(
            name = "listener",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "removeListener")
    void addListener(ConfigListener listener) {
        ListenerWorker worker = new ListenerWorker(listener, updates::current, answer);
        workers.put(listener, worker);
        for (String product : worker.products()) {
            updates.current(product)
                    .forEach(config -> worker.offer(new ConfigChange(ConfigChange.Kind.UPDATED, config)));
        }
    }

    void removeListener(ConfigListener listener) {
        ListenerWorker worker = workers.remove(listener);
        if (worker != null) {
            worker.close();
        }
    }

    @Override
    public void handleEvent(Event event) {
        if (event.getProperty(ConfigTopics.CHANGE) instanceof ConfigChange change) {
            workers.values().forEach(worker -> worker.offer(change));
        }
    }

    /** Interrupts every listener that is at work. */
    @Deactivate
    public void close() {
        workers.values().forEach(ListenerWorker::close);
        workers.clear();
    }
}
