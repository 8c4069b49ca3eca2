// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.locks.PinPlace;
import io.karst.locks.PinTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
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
public final class PinGuard {
    private static final Logger LOG = LoggerFactory.getLogger(PinGuard.class);

    /** Everywhere that the settings pointed to since this bundle was started. */
    private static final Set<PinPlace> PLACES = ConcurrentHashMap.newKeySet();

    /** What the last one left behind, if the bundle was not stopped for it. */
    private static final AtomicReference<Optional<UninstallListener>> LISTENER =
            new AtomicReference<>(Optional.empty());

    private final BundleContext context;

    /**
     * Called by the service component runtime.
     *
     * @param context of this bundle
     * @param config raw settings, of which those of the pins count
     */
    @Activate
    public PinGuard(BundleContext context, LockTracerStage.Config config) {
        this.context = context;
        LISTENER.getAndSet(Optional.empty()).ifPresent(UninstallListener::remove);
        PLACES.add(place(context, config));
    }

    /** Where the settings want pins. */
    static PinPlace place(BundleContext context, LockTracerStage.Config config) {
        String home = context.getProperty("karaf.base");
        return PinPlace.of(config.pin(), config.pin_path(), config.pin_instance(), Path.of(home == null ? "" : home));
    }

    /** The bundle stops. If it is uninstalled next, nobody of it is there to be told; so a listener is left behind. */
    @Deactivate
    public void close() {
        BundleContext system = context.getBundle(Constants.SYSTEM_BUNDLE_ID).getBundleContext();
        if (system != null) {
            long own = context.getBundle().getBundleId();
            UninstallListener listener = new UninstallListener(system, own, () -> PLACES.forEach(PinGuard::remove));
            LISTENER.set(Optional.of(listener));
            system.addBundleListener(listener);
        }
    }

    private static void remove(PinPlace place) {
        try {
            int pins = PinTree.remove(place);
            LOG.info("pins removed: directory={} pins={}", place.directory(), pins);
        } catch (IOException | IllegalStateException e) {
            LOG.warn("pins stay, as they cannot be removed: directory={}", place.directory(), e);
        }
    }
}
