// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.vectors;

/**
 * One case that passes or fails.
 *
 * @param name folder, file and case
 * @param check throws {@link VectorFailure} if it fails
 */
record VectorCase(String name, Check check) {

    /** What to do. */
    @FunctionalInterface
    interface Check {

        /** Runs the case. */
        void run();
    }
}
