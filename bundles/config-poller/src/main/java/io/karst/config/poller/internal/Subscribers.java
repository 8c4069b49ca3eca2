// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.ConfigTopics;
import io.karst.config.RemoteConfig;
import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

/** Who is there to answer for a configuration. */
interface Subscribers {

    /** Symbolic names of the bundles whose handlers hear of this product, our own left out. */
    List<String> of(RemoteConfig config);

    /** Whether a service of this id is registered. */
    default boolean registered(long id) {
        return true;
    }

    /** Those in the service registry. */
    static Subscribers in(BundleContext bundles) {
        return new Subscribers() {
            @Override
            public List<String> of(RemoteConfig config) {
                return named(bundles, config);
            }

            @Override
            public boolean registered(long id) {
                try {
                    return bundles.getAllServiceReferences(null, "(" + Constants.SERVICE_ID + "=" + id + ")") != null;
                } catch (InvalidSyntaxException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }

    private static List<String> named(BundleContext bundles, RemoteConfig config) {
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
