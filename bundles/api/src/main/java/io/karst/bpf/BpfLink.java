// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** An attachment. Closing it detaches the program unless the link is pinned. Owned by whoever attached. */
@ProviderType
public interface BpfLink extends AutoCloseable {

    /** Describes the link. */
    LinkInfo info();

    /** Pins the link at a path below a bpffs mount, so that it outlives this process. */
    void pin(Path path);

    @Override
    void close();
}
