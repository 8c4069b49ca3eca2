// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import java.io.IOException;
import java.nio.file.Path;

/** Reads a file of the operator's, see {@link io.karst.component.TrustedFiles#readBelowTrusted}. */
@FunctionalInterface
interface TrustedRead {
    byte[] read(Path file, int maxBytes) throws IOException;
}
