// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import org.osgi.annotation.versioning.ProviderType;

/** The kernel measures run times, see {@link Bpf#measureRunTimes}. Closing this ends it. */
@ProviderType
public interface RunTimes extends AutoCloseable {

    @Override
    void close();
}
