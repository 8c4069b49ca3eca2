// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import java.io.IOException;
import java.util.Comparator;
import org.osgi.framework.Version;

/**
 * An asset that a bundle offers.
 *
 * @param name asset name
 * @param bundle symbolic name
 * @param version the bundle's version
 * @param bundleId the bundle's id
 * @param path where in the bundle the object lies
 * @param reader reads it
 */
record Contribution(String name, String bundle, Version version, long bundleId, String path, Reader reader) {

    /** The best first: highest version, then lowest bundle id. */
    static final Comparator<Contribution> BEST_FIRST =
            Comparator.comparing(Contribution::version).reversed().thenComparing(Contribution::bundleId);

    /** Reads an entry of a bundle. */
    @FunctionalInterface
    interface Reader {
        /**
         * Reads all of it.
         *
         * @param maxBytes most bytes accepted
         * @throws IOException if it is missing or larger
         */
        byte[] read(int maxBytes) throws IOException;
    }

    String origin() {
        return bundle + "/" + version + ":" + path;
    }
}
