// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/** Unpacks files by the ending of their name, and stops at a limit, so that a small file cannot fill the memory. */
final class Unpacker {

    /** Most bytes of an asset or of BTF, packed or unpacked. */
    static final int MAX_BYTES = 256 << 20;

    /** Dictionary that an .xz file may ask for, in KiB: what {@code xz -9} uses is 64 MiB. */
    private static final int XZ_MEMORY_KIB = 80 << 10;

    private final int maxBytes;

    Unpacker() {
        this(MAX_BYTES);
    }

    Unpacker(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Unpacks.
     *
     * @param name file name: {@code .gz}, {@code .xz} and {@code .tar.xz} are unpacked, all others taken as they are
     * @return content; of a tar archive the first file whose name ends in {@code .btf}
     * @throws IOException if it is damaged or larger than the limit; names the file
     */
    byte[] unpack(String name, byte[] packed) throws IOException {
        try (InputStream in = open(name, packed)) {
            return name.endsWith(".tar.xz") ? TarReader.firstBtf(in, maxBytes) : readAll(in, maxBytes);
        } catch (IOException e) {
            throw new IOException(name + " cannot be unpacked: " + reason(e), e);
        }
    }

    static byte[] readAll(InputStream in, int maxBytes) throws IOException {
        byte[] content = in.readNBytes(maxBytes);
        if (content.length == maxBytes && in.read() >= 0) {
            throw new IOException("content is larger than " + maxBytes + " bytes");
        }
        return content;
    }

    private static InputStream open(String name, byte[] packed) throws IOException {
        InputStream in = new ByteArrayInputStream(packed);
        if (name.endsWith(".gz")) {
            return new GZIPInputStream(in);
        }
        return name.endsWith(".xz") ? new XZInputStream(in, XZ_MEMORY_KIB) : in;
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
