// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.ConfigTopics;
import io.karst.config.RemoteConfig;
import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

/** Finds the bundles that subscribed to a configuration's events, in the service registry. */
final class Subscribers {

    private final BundleContext bundles;

    Subscribers(BundleContext bundles) {
        this.bundles = bundles;
    }

    /** Symbolic names of the bundles whose handlers hear of this product, our own left out. */
    List<String> of(RemoteConfig config) {
        String topic = ConfigTopics.of(config.product(), ConfigChange.Kind.UPDATED);
        List<String> names = new ArrayList<>();
        try {
            for (ServiceReference<EventHandler> handler : bundles.getServiceReferences(EventHandler.class, null)) {
                boolean ours = bundles.getBundle().equals(handler.getBundle());
                if (!ours
                        && handler.getBundle() != null
                        && hears(handler.getProperty(EventConstants.EVENT_TOPIC), topic)) {
                    names.add(handler.getBundle().getSymbolicName());
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
        return names;
    }

    private static boolean hears(Object topics, String topic) {
        if (topics instanceof String one) {
            boolean wildcard = one.startsWith(ConfigTopics.PREFIX) && one.endsWith("/*");
            return one.equals(topic) || (wildcard && topic.startsWith(one.substring(0, one.length() - 1)));
        }
        if (topics instanceof String[] several) {
            for (String one : several) {
                if (hears(one, topic)) {
                    return true;
                }
            }
        }
        return false;
    }
}
