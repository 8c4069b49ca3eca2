// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.bpf.BpfObject;
import java.util.function.Function;

/** Loads an opened object and hands it on, or closes it. */
final class Loaded {
    private Loaded() {}

    /**
     * Loads.
     *
     * @param object opened, not loaded
     * @param owner takes the loaded object over; when it throws the object is closed
     */
    static <T> T use(BpfObject object, Function<BpfObject, T> owner) {
        boolean handedOver = false;
        try {
            object.load();
            T result = owner.apply(object);
            handedOver = true;
            return result;
        } finally {
            if (!handedOver) {
                object.close();
            }
        }
    }
}
