// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import java.util.Collection;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.SynchronousBundleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an instance leaves behind in case that nobody deactivates it. When a service that a component needs goes while the
 * component is being made, Felix drops the finished instance without a word (SingleComponentManager, after the activate
 * method); what it holds would stand in the way of every later one. So each can be found, and closed, by its successor, and
 * is closed when its bundle stops.
 */
final class Remains implements SynchronousBundleListener {
    private static final Logger LOG = LoggerFactory.getLogger(Remains.class);

    private final long bundle;
    private final Runnable close;

    private Remains(long bundle, Runnable close) {
        this.bundle = bundle;
        this.close = close;
    }

    /**
     * Keeps a way to close an instance.
     *
     * @param context of its bundle, whose end is that of what is kept
     * @param close may be called more than once, and by any thread
     * @return forgets it, for an instance that was closed in good order
     */
    static Runnable keep(BundleContext context, Runnable close) {
        Remains remains = new Remains(context.getBundle().getBundleId(), close);
        context.addBundleListener(remains);
        var registration = context.registerService(Remains.class, remains, null);
        return () -> {
            try {
                registration.unregister();
                context.removeBundleListener(remains);
            } catch (IllegalStateException e) {
                LOG.debug("the bundle has ended, and this with it", e);
            }
        };
    }

    /** Closes what former instances of this bundle left. There is never a second one that is in use. */
    static void clear(BundleContext context) {
        for (ServiceReference<Remains> reference : all(context)) {
            Remains left = context.getService(reference);
            if (left != null) {
                LOG.info("closing an instance that was dropped while it started");
                left.close.run();
            }
        }
    }

    private static Collection<ServiceReference<Remains>> all(BundleContext context) {
        try {
            return context.getServiceReferences(Remains.class, null);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("there is no filter", e);
        }
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STOPPING && event.getBundle().getBundleId() == bundle) {
            close.run();
        }
    }
}
