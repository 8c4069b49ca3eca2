// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import org.osgi.annotation.versioning.ProviderType;

/** Exclusive lock on a directory, see {@link Bpf#claim}. Closing the claim unlocks the directory. */
@ProviderType
public interface DirectoryClaim extends AutoCloseable {

    @Override
    void close();
}
