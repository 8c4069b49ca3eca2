// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.asset.BtfHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Files that tests feed in. */
final class Samples {
    private Samples() {}

    /** Smallest BTF: a header, 12 bytes of types, 1 byte of names. */
    static byte[] btf() {
        return ByteBuffer.allocate(BtfHeader.BYTES + 13)
                .order(ByteOrder.nativeOrder())
                .putShort((short) 0xeb9f)
                .put((byte) 1)
                .put((byte) 0)
                .putInt(BtfHeader.BYTES)
                .putInt(0)
                .putInt(12)
                .putInt(12)
                .putInt(1)
                .array();
    }

    static byte[] gz(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream packer = new GZIPOutputStream(out)) {
            packer.write(content);
        }
        return out.toByteArray();
    }

    static byte[] xz(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream packer = new XZOutputStream(out, new LZMA2Options(LZMA2Options.PRESET_MIN))) {
            packer.write(content);
        }
        return out.toByteArray();
    }

    /** A ustar archive of one entry, with the two closing blocks. */
    static byte[] tar(String name, byte[] content) {
        byte[] archive = new byte[512 + (content.length + 511) / 512 * 512 + 1024];
        put(archive, 0, name);
        put(archive, 100, "0000600");
        put(archive, 124, String.format(Locale.ROOT, "%011o", content.length));
        archive[156] = '0';
        put(archive, 257, "ustar");
        Arrays.fill(archive, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += archive[i] & 0xff;
        }
        put(archive, 148, String.format(Locale.ROOT, "%06o", sum));
        archive[154] = 0;
        System.arraycopy(content, 0, archive, 512, content.length);
        return archive;
    }

    private static void put(byte[] into, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, into, offset, bytes.length);
    }
}
