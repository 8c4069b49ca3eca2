// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Announces loads of BPF programs by any process of this host. Thread-safe; one thread waits at a time. After close, nothing
 * waits any more.
 */
@ProviderType
public interface ProgramLoads extends AutoCloseable {

    /**
     * Waits until a program is loaded or unloaded. Returns at once if that happened since the last call. May return early.
     * Does not react to an interrupt: see {@link #wake}.
     *
     * @param longest longest time, in whole milliseconds
     * @throws BpfException if the kernel refuses to announce loads, for example on a CPU that was added
     */
    void await(Duration longest);

    /** Ends the current wait, or the next one if no thread waits. */
    void wake();

    @Override
    void close();
}
