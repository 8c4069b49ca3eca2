// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.util.Collection;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.SynchronousBundleListener;

/**
 * Closes instances of components that nobody deactivates. When a service that a component needs goes while the component is
 * being made, Felix drops the finished instance without a word (SingleComponentManager, after the activate method); what it
 * holds would stand in the way of every later one. So each instance can be found, and closed, by its successor, and is closed
 * when its bundle stops.
 *
 * <p>For components with one instance: there is never a second one that is in use.
 */
public final class DroppedInstances {

    private static final String COMPONENT = "io.karst.component";

    private DroppedInstances() {}

    /** A service that only the successor asks for. */
    private static final class Instance implements SynchronousBundleListener {

        private final long bundle;
        private final Runnable close;

        Instance(long bundle, Runnable close) {
            this.bundle = bundle;
            this.close = close;
        }

        @Override
        public void bundleChanged(BundleEvent event) {
            if (event.getType() == BundleEvent.STOPPING && event.getBundle().getBundleId() == bundle) {
                close.run();
            }
        }
    }

    /**
     * Closes what former instances of a component left. The first thing to do in a component's activation.
     *
     * @param context of the component's bundle
     * @param component its class
     * @param needed what the activation needs next
     * @param <T> its type
     * @return the same, so that this can stand in front of another constructor's call
     * @throws RuntimeException what closing one threw
     */
    public static <T> T closeBefore(BundleContext context, Class<?> component, T needed) {
        for (ServiceReference<Instance> reference : left(context, component)) {
            Instance instance = context.getService(reference);
            if (instance != null) {
                instance.close.run();
            }
        }
        return needed;
    }

    private static Collection<ServiceReference<Instance>> left(BundleContext context, Class<?> component) {
        String filter = "(&(" + Constants.SERVICE_BUNDLEID + "="
                + context.getBundle().getBundleId() + ")(" + COMPONENT + "=" + component.getName() + "))";
        try {
            return context.getServiceReferences(Instance.class, filter);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(filter, e);
        }
    }

    /**
     * Keeps a way to close an instance. The last thing to do in a component's activation.
     *
     * @param context of the component's bundle, whose end is that of what is kept
     * @param component its class
     * @param close may be called more than once, and by any thread
     * @return forgets it, for an instance that is closed in good order; may be called more than once
     * @throws IllegalStateException if the bundle is stopped or being stopped; the instance is closed then, as nobody else would
     */
    public static Runnable keep(BundleContext context, Class<?> component, Runnable close) {
        try {
            Bundle bundle = context.getBundle();
            Instance instance = new Instance(bundle.getBundleId(), close);
            context.addBundleListener(instance);
            var registration = context.registerService(
                    Instance.class, instance, FrameworkUtil.asDictionary(Map.of(COMPONENT, component.getName())));
            if (bundle.getState() == Bundle.STOPPING) {
                throw new IllegalStateException("the bundle is being stopped");
            }
            return () -> {
                try {
                    registration.unregister();
                    context.removeBundleListener(instance);
                } catch (IllegalStateException e) {
                    // forgotten before, or the bundle has ended, and this with it
                }
            };
        } catch (IllegalStateException e) {
            close.run();
            throw e;
        }
    }
}
