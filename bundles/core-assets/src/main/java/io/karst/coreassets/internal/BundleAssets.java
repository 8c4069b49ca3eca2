// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.asset.CoreAssetLoader;
import io.karst.component.SafeText;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tracks the assets that resolved bundles offer by the capability {@code io.karst.asset}. A bundle need not be started.
 */
final class BundleAssets implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BundleAssets.class);
    private static final int STATES = Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;

    /** An asset's name, which is safe as the base name of a file. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]{1,64}");

    private final BundleTracker<List<Offer>> tracker;

    BundleAssets(BundleContext context) {
        tracker = new BundleTracker<>(context, STATES, new Customizer());
        tracker.open();
    }

    /**
     * An asset that a bundle offers.
     *
     * @param name asset name
     * @param bundle symbolic name
     * @param version the bundle's version
     * @param bundleId the bundle's id
     * @param path path of the object in the bundle
     * @param reader reads the object
     */
    record Offer(String name, String bundle, Version version, long bundleId, String path, Reader reader) {

        /** Sorts the best offer first: highest version, then lowest bundle id. */
        static final Comparator<Offer> BEST_FIRST =
                Comparator.comparing(Offer::version).reversed().thenComparing(Offer::bundleId);

        String origin() {
            return bundle + "/" + version + ":" + path;
        }
    }

    /** Reads an entry of a bundle. */
    @FunctionalInterface
    interface Reader {
        /**
         * Reads the whole entry.
         *
         * @param maxBytes most bytes accepted
         * @throws IOException if the entry is missing or larger
         */
        byte[] read(int maxBytes) throws IOException;
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** All assets offered now, in any order; several bundles may offer the same name. */
    List<Offer> offers() {
        return tracker.getTracked().values().stream().flatMap(List::stream).toList();
    }

    @Override
    public void close() {
        tracker.close();
    }

    private static List<Offer> offeredBy(Bundle bundle) {
        List<Offer> offered = new ArrayList<>();
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        if (wiring != null) {
            for (BundleCapability capability : wiring.getCapabilities(CoreAssetLoader.CAPABILITY)) {
                offer(bundle, capability).ifPresent(offered::add);
            }
        }
        return List.copyOf(offered);
    }

    private static Optional<Offer> offer(Bundle bundle, BundleCapability capability) {
        Object name = capability.getAttributes().get(CoreAssetLoader.CAPABILITY);
        Object path = capability.getAttributes().get("path");
        if (name instanceof String asset && path instanceof String entry && isName(asset)) {
            return Optional.of(new Offer(
                    asset,
                    String.valueOf(bundle.getSymbolicName()),
                    bundle.getVersion(),
                    bundle.getBundleId(),
                    entry,
                    maxBytes -> read(bundle, entry, maxBytes)));
        }
        LOG.warn(
                "bundle={} offers an asset with name={} path={}: refused",
                bundle,
                SafeText.of(String.valueOf(name)),
                SafeText.of(String.valueOf(path)));
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

    private static final class Customizer implements BundleTrackerCustomizer<List<Offer>> {
        @Override
        @SuppressWarnings("NullAway") // null tells the tracker to ignore the bundle
        public List<Offer> addingBundle(Bundle bundle, BundleEvent event) {
            List<Offer> offered = offeredBy(bundle);
            return offered.isEmpty() ? null : offered;
        }

        @Override
        public void modifiedBundle(Bundle bundle, BundleEvent event, List<Offer> offered) {
            // starting or stopping a bundle does not change its offers
        }

        @Override
        public void removedBundle(Bundle bundle, BundleEvent event, List<Offer> offered) {
            // an updated or refreshed bundle is removed first and then added again
        }
    }
}
