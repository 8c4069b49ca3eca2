// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads one file of a tar archive (POSIX.1-1988 ustar header blocks; pax and GNU extensions are skipped). */
final class TarReader {
    private static final int BLOCK = 512;
    private static final int NAME_LENGTH = 100;
    private static final int SIZE_OFFSET = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int CHECKSUM_OFFSET = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int TYPE_OFFSET = 156;

    private TarReader() {}

    /**
     * Finds the first regular file whose name ends in {@code .btf}.
     *
     * @param maxBytes most bytes of the file and of all files before it
     * @throws IOException if there is no such file, it is too large, or the archive is damaged
     */
    static byte[] firstBtf(InputStream in, int maxBytes) throws IOException {
        long passed = 0;
        while (true) {
            byte[] header = in.readNBytes(BLOCK);
            if (header.length == 0 || (header.length == BLOCK && isZero(header))) {
                throw new IOException("the archive holds no .btf file");
            }
            if (header.length < BLOCK) {
                throw new EOFException("the archive ends inside a header");
            }
            requireChecksum(header);
            long size = octal(header, SIZE_OFFSET, SIZE_LENGTH);
            if (size > maxBytes || passed + size > maxBytes) {
                throw new IOException("the archive's content is larger than " + maxBytes + " bytes");
            }
            boolean regular = header[TYPE_OFFSET] == '0' || header[TYPE_OFFSET] == 0;
            if (regular && name(header).endsWith(".btf")) {
                byte[] content = in.readNBytes((int) size);
                if (content.length < size) {
                    throw new EOFException("the archive ends inside " + name(header));
                }
                return content;
            }
            long padded = (size + BLOCK - 1) / BLOCK * BLOCK;
            in.skipNBytes(padded);
            passed += padded;
        }
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static String name(byte[] header) {
        int end = 0;
        while (end < NAME_LENGTH && header[end] != 0) {
            end++;
        }
        return new String(header, 0, end, StandardCharsets.UTF_8);
    }

    /** The checksum is the sum of all header bytes, with blanks in place of the checksum itself. */
    private static void requireChecksum(byte[] header) throws IOException {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            boolean inChecksum = i >= CHECKSUM_OFFSET && i < CHECKSUM_OFFSET + CHECKSUM_LENGTH;
            sum += inChecksum ? ' ' : header[i] & 0xff;
        }
        if (sum != octal(header, CHECKSUM_OFFSET, CHECKSUM_LENGTH)) {
            throw new IOException("it is no tar archive: wrong header checksum");
        }
    }

    private static long octal(byte[] header, int offset, int length) throws IOException {
        long value = 0;
        for (int i = offset; i < offset + length; i++) {
            byte b = header[i];
            if (b >= '0' && b <= '7') {
                value = value * 8 + (b - '0');
            } else if (b != ' ' && b != 0) {
                throw new IOException("it is no tar archive: byte " + i + " of a header is no octal digit");
            }
        }
        return value;
    }
}
