// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** A program's attachment. Closing the link detaches the program, unless the link is pinned. */
@ProviderType
public interface BpfLink extends AutoCloseable {

    /** Describes the link. */
    LinkInfo info();

    /** Pins the link at a path on a BPF file system, so that the attachment outlives this process. */
    void pin(Path path);

    @Override
    void close();
}
