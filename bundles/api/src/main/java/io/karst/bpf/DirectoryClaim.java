// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import org.osgi.annotation.versioning.ProviderType;

/** A directory that one process at a time can have. Owned by whoever claimed it. */
@ProviderType
public interface DirectoryClaim extends AutoCloseable {

    @Override
    void close();
}
