// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.asset.BtfOptions;
import io.karst.asset.BtfSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** One place where BTF may come from. */
interface BtfOrigin {

    /** Which place. */
    BtfSource source();

    /** The place as a message names it. */
    String describe();

    /**
     * Finds BTF and checks its header.
     *
     * @return empty if there is none here, which is no error
     * @throws IOException if there is one that cannot be used
     */
    Optional<Found> find() throws IOException;

    /**
     * BTF ready for use.
     *
     * @param options what the callback gets
     * @param temporary file to delete after the load
     */
    record Found(BtfOptions options, Optional<Path> temporary) {

        static Found at(BtfSource source, Path file) {
            return new Found(new BtfOptions(source, Optional.of(file)), Optional.empty());
        }

        static Found temporary(BtfSource source, Path file) {
            return new Found(new BtfOptions(source, Optional.of(file)), Optional.of(file));
        }
    }
}
