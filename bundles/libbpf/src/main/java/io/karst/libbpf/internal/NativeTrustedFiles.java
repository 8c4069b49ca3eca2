// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.asset.TrustedFiles;
import java.io.IOException;
import java.nio.file.Path;
import jnr.ffi.Runtime;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** {@link TrustedFiles} by libc alone: works where libbpf is missing. */
@Component(name = "io.karst.libbpf.files", service = TrustedFiles.class)
public final class NativeTrustedFiles implements TrustedFiles {
    private final LibC c;
    private final Runtime runtime;

    /** Called by the service component runtime. */
    @Activate
    public NativeTrustedFiles() {
        this(Natives.libC());
    }

    NativeTrustedFiles(LibC c) {
        this.c = c;
        this.runtime = Runtime.getSystemRuntime();
    }

    @Override
    public byte[] read(Path file, long maxBytes) throws IOException {
        Path name = file.getFileName();
        if (!file.isAbsolute() || name == null || !file.normalize().equals(file)) {
            throw new IOException(file + " is refused: give an absolute path without . and ..");
        }
        if (maxBytes < 0 || maxBytes > Integer.MAX_VALUE - 16) {
            throw new IllegalArgumentException("maxBytes=" + maxBytes + " is outside 0.." + (Integer.MAX_VALUE - 16));
        }
        try (TrustedPath path = new TrustedPath(c, runtime, file)) {
            return path.read(maxBytes);
        }
    }
}
