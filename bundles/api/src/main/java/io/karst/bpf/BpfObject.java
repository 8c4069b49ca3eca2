// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.util.List;
import java.util.function.Function;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A loaded object, see {@link Bpf#load}. Closing it closes its maps and programs, and frees what is not attached or
 * pinned. Owned by whoever loaded it. Methods throw {@link IllegalStateException} after close. Thread-safe.
 */
@ProviderType
public interface BpfObject extends AutoCloseable {

    /** Names of its maps, in file order. */
    List<String> mapNames();

    /**
     * One of its maps.
     *
     * @return owned by this object
     * @throws IllegalArgumentException if there is none
     */
    BpfMap map(String name);

    /**
     * One of its programs.
     *
     * @return owned by this object
     * @throws IllegalArgumentException if there is none or it was left out
     */
    BpfProgram program(String name);

    /**
     * Hands an object to its owner, or closes it when the owner cannot be made.
     *
     * @param owner makes what closes the object from then on; may throw
     */
    static <T> T handOver(BpfObject object, Function<BpfObject, T> owner) {
        boolean handedOver = false;
        try {
            T result = owner.apply(object);
            handedOver = true;
            return result;
        } finally {
            if (!handedOver) {
                object.close();
            }
        }
    }

    @Override
    void close();
}
