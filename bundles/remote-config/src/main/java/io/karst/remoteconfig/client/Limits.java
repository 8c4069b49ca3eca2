// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

/**
 * Most that is looked at; what is larger is refused unread.
 *
 * @param rootBytes each root
 * @param rotations new roots in one update
 * @param targetsBytes targets metadata
 * @param fileBytes each file
 * @param totalBytes everything in one response
 */
public record Limits(int rootBytes, int rotations, int targetsBytes, int fileBytes, int totalBytes) {

    private static final int MIB = 1 << 20;

    /** 512,000 bytes and 1,000 roots as the protocol has it; 16 MiB of targets, 64 MiB a file, 110 MiB in all. */
    public static final Limits DEFAULT = new Limits(512_000, 1_000, 16 * MIB, 64 * MIB, 110 * MIB);

    /** Checks that each is positive. */
    public Limits {
        if (rootBytes < 1 || rotations < 1 || targetsBytes < 1 || fileBytes < 1 || totalBytes < 1) {
            throw new IllegalArgumentException("a limit below 1: " + rootBytes + " " + rotations + " " + targetsBytes
                    + " " + fileBytes + " " + totalBytes);
        }
    }
}
