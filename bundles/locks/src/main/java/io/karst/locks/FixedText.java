// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Kernel names: fields of fixed size, terminated by a zero unless the name fills the field. */
public final class FixedText {

    private FixedText() {}

    /** Reads a field up to the first zero, as UTF-8. */
    public static String read(ByteBuffer buffer, int at, int bytes) {
        byte[] field = new byte[bytes];
        buffer.get(at, field);
        int length = 0;
        while (length < bytes && field[length] != 0) {
            length++;
        }
        return new String(field, 0, length, StandardCharsets.UTF_8);
    }
}
