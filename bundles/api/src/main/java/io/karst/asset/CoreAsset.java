// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

import java.nio.ByteBuffer;
import java.util.Objects;

/** A compiled BPF object. Immutable. */
public final class CoreAsset {
    private final String name;
    private final String origin;
    private final String sha256;
    private final byte[] content;

    /**
     * Takes a copy of the object.
     *
     * @param name asset name, such as {@code lock_contention}
     * @param origin bundle or file that the object was read from
     * @param sha256 digest of the content, lower-case hex
     */
    public CoreAsset(String name, String origin, String sha256, byte[] content) {
        this.name = Objects.requireNonNull(name);
        this.origin = Objects.requireNonNull(origin);
        this.sha256 = Objects.requireNonNull(sha256);
        this.content = content.clone();
    }

    /** The asset's name, without suffix. */
    public String name() {
        return name;
    }

    /** The bundle or file that the object was read from. */
    public String origin() {
        return origin;
    }

    /** SHA-256 of the content, lower-case hex. */
    public String sha256() {
        return sha256;
    }

    /** The ELF file, read-only. */
    public ByteBuffer content() {
        return ByteBuffer.wrap(content).asReadOnlyBuffer();
    }
}
