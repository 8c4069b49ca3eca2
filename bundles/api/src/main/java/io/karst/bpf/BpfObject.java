// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.util.List;
import java.util.function.Function;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A loaded object, see {@link Bpf#load}. Closing the object closes its maps and programs; the kernel frees those that are
 * neither attached nor pinned. Methods throw {@link IllegalStateException} after close. Thread-safe.
 */
@ProviderType
public interface BpfObject extends AutoCloseable {

    /** Names of the object's maps, in file order. */
    List<String> mapNames();

    /**
     * Returns a map, which is closed with the object.
     *
     * @throws IllegalArgumentException if the object has no such map
     */
    BpfMap map(String name);

    /**
     * Returns a program, which is closed with the object.
     *
     * @throws IllegalArgumentException if the object has no such program, or the program was not loaded
     */
    BpfProgram program(String name);

    /**
     * Passes an object to a new owner, and closes the object if creating the owner fails.
     *
     * @param owner creates the owner, which closes the object from then on; may throw
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
