// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.DirectoryClaim;
import java.nio.file.Path;
import java.util.Optional;

/** A lock on a directory by flock(2). The kernel releases the lock when the last descriptor is closed. */
final class DirectoryLock implements DirectoryClaim {
    private static final int O_RDONLY = 0;
    private static final int O_CLOEXEC = 0x80000;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    private final Lifetime lifetime;

    private DirectoryLock(Lifetime lifetime) {
        this.lifetime = lifetime;
    }

    /** Locks a directory; empty if another process or another descriptor of this one holds the lock. */
    static Optional<DirectoryClaim> of(NativeLibraries libraries, Path directory) {
        int descriptor = libraries.c().open(LibbpfContext.cString(directory), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0) {
            throw libraries.failure(libraries.lastError().getAsInt(), "open", directory.toString(), "");
        }
        if (libraries.c().flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
            return Optional.of(new DirectoryLock(
                    new Lifetime("claim of " + directory, () -> libraries.c().close(descriptor))));
        }
        int errno = libraries.lastError().getAsInt();
        libraries.c().close(descriptor);
        if (errno == Errno.EAGAIN) {
            return Optional.empty();
        }
        throw libraries.failure(errno, "flock", directory.toString(), "");
    }

    @Override
    public void close() {
        lifetime.close();
    }
}
