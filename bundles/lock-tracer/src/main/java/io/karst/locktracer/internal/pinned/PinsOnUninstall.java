// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import io.karst.ability.AbilityProbe;
import io.karst.component.LoggedException;
import io.karst.contention.KernelPins;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the pins when this bundle is uninstalled. Active whenever the bundle is started, also while the tracer waits for
 * something. When the bundle is stopped its pins stay, because it may be started again, and {@link KernelPins} stays available,
 * because that is when pins are cleaned up.
 */
@Component(
        name = "io.karst.lock-tracer.pins",
        immediate = true,
        service = {},
        configurationPid = "io.karst.locktracer")
public final class PinsOnUninstall {
    private static final Logger LOG = LoggerFactory.getLogger(PinsOnUninstall.class);

    /** Everywhere that the settings pointed to since this bundle was started. */
    private static final Set<PinLocation> LOCATIONS = ConcurrentHashMap.newKeySet();

    /** What the previous component left behind, if the bundle was not stopped in between. */
    private static final AtomicReference<Optional<WhileStopped>> LEFT_BEHIND = new AtomicReference<>(Optional.empty());

    private final BundleContext context;
    private final PinLocation location;

    /** Of the lock tracer's settings those that say where the pins are. */
    public @interface Config {
        /** Whether programs and counters are pinned. True unless set. */
        boolean pin() default true;

        /** Directory of all instances' pins. */
        String pin_path() default PinLocation.DEFAULT_ROOT;

        /** Name of this Karaf's own directory in there; empty for one made from the path of this Karaf. */
        String pin_instance() default "";
    }

    /** Watches this bundle. */
    @Activate
    public PinsOnUninstall(BundleContext context, Config config) {
        this.context = context;
        location = PinLocation.orDefault(config.pin(), config.pin_path(), config.pin_instance(), context);
        LEFT_BEHIND.getAndSet(Optional.empty()).ifPresent(WhileStopped::remove);
        LOCATIONS.add(location);
    }

    /** Leaves a listener and a service behind, as nothing else of a stopped bundle learns that it is uninstalled. */
    @Deactivate
    public void close() {
        BundleContext system = context.getBundle(Constants.SYSTEM_BUNDLE_ID).getBundleContext();
        if (system != null) {
            long own = context.getBundle().getBundleId();
            LEFT_BEHIND.set(Optional.of(new WhileStopped(system, own, location)));
        }
    }

    private static void remove(PinLocation location) {
        try {
            int pins = PinDirectory.remove(location);
            LOG.info("pins removed: directory={} pins={}", location.directory(), pins);
        } catch (IOException | IllegalStateException e) {
            LOG.warn("pins stay, as they cannot be removed: directory={}", location.directory(), LoggedException.of(e));
        }
    }

    /**
     * Listener and service of a stopped bundle. They belong to the framework, as those of the bundle end with the bundle. They go
     * when the bundle is started again or uninstalled, so that its class loader does not stay.
     */
    private static final class WhileStopped implements SynchronousBundleListener {
        private final BundleContext system;
        private final long bundle;
        private final ServiceRegistration<?> maintenance;

        WhileStopped(BundleContext system, long bundle, PinLocation own) {
            this.system = system;
            this.bundle = bundle;
            maintenance = system.registerService(
                    new String[] {KernelPins.class.getName(), AbilityProbe.class.getName()},
                    new PinMaintenance.WhileStopped(system, own),
                    null);
            system.addBundleListener(this);
        }

        @Override
        public void bundleChanged(BundleEvent event) {
            if (event.getBundle().getBundleId() != bundle) {
                return;
            }
            if (event.getType() == BundleEvent.UNINSTALLED) {
                LEFT_BEHIND.getAndSet(Optional.empty()).ifPresent(WhileStopped::remove);
                LOCATIONS.forEach(PinsOnUninstall::remove);
            } else if (event.getType() == BundleEvent.STARTED) {
                LEFT_BEHIND.getAndSet(Optional.empty()).ifPresent(WhileStopped::remove);
            }
        }

        void remove() {
            system.removeBundleListener(this);
            maintenance.unregister();
        }
    }
}
