// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import io.karst.component.KernelText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Layouts of {@code bpf/include/kernel_symbols.h}. Offsets and sizes are in bytes. */
final class KsymLayout {

    /** {@code KARST_SYMBOL_NAME}, including the closing zero. */
    static final int NAME_BYTES = 512;

    /** Size of {@code struct karst_symbol}. */
    static final int SYMBOL_BYTES = 584;

    /** Size of {@code struct karst_nearest}. */
    static final int NEAREST_BYTES = 592;

    /** {@code KARST_MAX_ADDRESSES}. */
    static final int MAX_ADDRESSES = 1024;

    private static final int MODULE_BYTES = 56;
    private static final int NAME_OFFSET = 8;
    private static final int MODULE_OFFSET = NAME_OFFSET + NAME_BYTES;
    private static final int TYPE_OFFSET = MODULE_OFFSET + MODULE_BYTES;
    private static final int NEXT_OFFSET = SYMBOL_BYTES;
    private static final int ADDRESSES_OFFSET = 8;
    private static final long NO_ADDRESS = -1;

    private KsymLayout() {}

    static Symbol symbol(ByteBuffer from, int at) {
        return new Symbol(
                from.getLong(at),
                KernelText.read(from, at + NAME_OFFSET, NAME_BYTES),
                KernelText.read(from, at + MODULE_OFFSET, MODULE_BYTES),
                (char) from.getInt(at + TYPE_OFFSET));
    }

    static long nextAddress(ByteBuffer nearest) {
        return nearest.getLong(NEXT_OFFSET);
    }

    static byte[] nameKey(String name) {
        byte[] key = new byte[NAME_BYTES];
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, key, 0, bytes.length);
        return key;
    }

    static byte[] index(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(number)
                .array();
    }

    static byte[] wantedAddresses(long... ascending) {
        ByteBuffer value = ByteBuffer.allocate(ADDRESSES_OFFSET + MAX_ADDRESSES * Long.BYTES)
                .order(ByteOrder.nativeOrder());
        value.position(ADDRESSES_OFFSET);
        for (int i = 0; i < MAX_ADDRESSES; i++) {
            value.putLong(i < ascending.length ? ascending[i] : NO_ADDRESS);
        }
        return value.array();
    }
}
