// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the pins when this bundle is uninstalled. There whenever the bundle is started, also while the tracer waits for
 * something. A stopped bundle's pins stay, as it may come back.
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

    /** What the last one left behind, if the bundle was not stopped for it. */
    private static final AtomicReference<Optional<UninstallListener>> LISTENER =
            new AtomicReference<>(Optional.empty());

    private final BundleContext context;

    /** Of the lock tracer's settings those that say where the pins are. */
    public @interface Config {
        /** Whether programs and counters are pinned. True unless set. */
        boolean pin() default true;

        /** Directory of all instances' pins. */
        String pin_path() default PinLocation.DEFAULT_ROOT;

        /** Name of this Karaf's own directory in there; empty for one made from the path of this Karaf. */
        String pin_instance() default "";
    }

    /** Watches this bundle; of the settings those of the pins count. */
    @Activate
    public PinsOnUninstall(BundleContext context, Config config) {
        this.context = context;
        LISTENER.getAndSet(Optional.empty()).ifPresent(UninstallListener::remove);
        LOCATIONS.add(PinLocation.of(config.pin(), config.pin_path(), config.pin_instance(), context));
    }

    /** The bundle stops. If it is uninstalled next, nobody of it is there to be told; so a listener is left behind. */
    @Deactivate
    public void close() {
        BundleContext system = context.getBundle(Constants.SYSTEM_BUNDLE_ID).getBundleContext();
        if (system != null) {
            long own = context.getBundle().getBundleId();
            UninstallListener listener =
                    new UninstallListener(system, own, () -> LOCATIONS.forEach(PinsOnUninstall::remove));
            LISTENER.set(Optional.of(listener));
            system.addBundleListener(listener);
        }
    }

    private static void remove(PinLocation location) {
        try {
            int pins = PinDirectory.remove(location);
            LOG.info("pins removed: directory={} pins={}", location.directory(), pins);
        } catch (IOException | IllegalStateException e) {
            LOG.warn("pins stay, as they cannot be removed: directory={}", location.directory(), e);
        }
    }

    /**
     * Runs something when a stopped bundle is uninstalled. It belongs to the framework, as the bundle's own listeners end with
     * the bundle. It goes when the bundle is started again or uninstalled, so that its class loader does not stay.
     */
    private static final class UninstallListener implements SynchronousBundleListener {
        private final BundleContext system;
        private final long bundle;
        private final Runnable action;

        UninstallListener(BundleContext system, long bundle, Runnable action) {
            this.system = system;
            this.bundle = bundle;
            this.action = action;
        }

        @Override
        public void bundleChanged(BundleEvent event) {
            if (event.getBundle().getBundleId() != bundle) {
                return;
            }
            if (event.getType() == BundleEvent.UNINSTALLED) {
                remove();
                action.run();
            } else if (event.getType() == BundleEvent.STARTED) {
                remove();
            }
        }

        /** Twice does no harm. */
        void remove() {
            system.removeBundleListener(this);
        }
    }
}
