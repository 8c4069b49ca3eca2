// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.asset.CoreAssetLoader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Assets that resolved bundles offer by the capability {@code io.karst.asset}. A bundle need not be started; one that
 * comes or goes changes the set.
 */
final class BundleContributions implements Contributions, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BundleContributions.class);
    private static final int STATES = Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;

    private final BundleTracker<List<Contribution>> tracker;

    BundleContributions(BundleContext context) {
        tracker = new BundleTracker<>(context, STATES, new Customizer());
        tracker.open();
    }

    @Override
    public List<Contribution> all() {
        return tracker.getTracked().values().stream().flatMap(List::stream).toList();
    }

    @Override
    public void close() {
        tracker.close();
    }

    private static List<Contribution> offeredBy(Bundle bundle) {
        List<Contribution> offered = new ArrayList<>();
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        if (wiring != null) {
            for (BundleCapability capability : wiring.getCapabilities(CoreAssetLoader.CAPABILITY)) {
                contribution(bundle, capability).ifPresent(offered::add);
            }
        }
        return List.copyOf(offered);
    }

    private static Optional<Contribution> contribution(Bundle bundle, BundleCapability capability) {
        Object name = capability.getAttributes().get(CoreAssetLoader.CAPABILITY);
        Object path = capability.getAttributes().get("path");
        if (name instanceof String asset && path instanceof String entry && AssetNames.isValid(asset)) {
            return Optional.of(new Contribution(
                    asset,
                    String.valueOf(bundle.getSymbolicName()),
                    bundle.getVersion(),
                    bundle.getBundleId(),
                    entry,
                    maxBytes -> read(bundle, entry, maxBytes)));
        }
        LOG.warn("bundle={} offers an asset with name={} path={}: refused", bundle, name, path);
        return Optional.empty();
    }

    private static byte[] read(Bundle bundle, String path, int maxBytes) throws IOException {
        URL entry = bundle.getEntry(path);
        if (entry == null) {
            throw new FileNotFoundException("bundle " + bundle.getSymbolicName() + " has no entry " + path);
        }
        try (InputStream in = entry.openStream()) {
            return Unpacker.readAll(in, maxBytes);
        }
    }

    private static final class Customizer implements BundleTrackerCustomizer<List<Contribution>> {
        @Override
        @SuppressWarnings("NullAway") // null is how a customizer says: do not track this bundle
        public List<Contribution> addingBundle(Bundle bundle, BundleEvent event) {
            List<Contribution> offered = offeredBy(bundle);
            return offered.isEmpty() ? null : offered;
        }

        @Override
        public void modifiedBundle(Bundle bundle, BundleEvent event, List<Contribution> offered) {
            // started or stopped: what it offers is the same
        }

        @Override
        public void removedBundle(Bundle bundle, BundleEvent event, List<Contribution> offered) {
            // an update or refresh unresolves the bundle, and it comes back by addingBundle
        }
    }
}
