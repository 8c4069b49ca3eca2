// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/**
 * Runs something when a stopped bundle is uninstalled. It belongs to the framework, as the bundle's own listeners end with
 * the bundle. It goes when the bundle is started again or uninstalled, so that its class loader does not stay.
 */
final class UninstallListener implements SynchronousBundleListener {
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
