// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.vectors;

/** A case that did not do what it should. */
final class VectorFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    VectorFailure(String message) {
        super(message);
    }

    static void unless(boolean holds, String message) {
        if (!holds) {
            throw new VectorFailure(message);
        }
    }

    static void same(Object expected, Object found, String what) {
        unless(expected.equals(found), what + ": expected " + expected + ", found " + found);
    }
}
