// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/** Reads and unpacks files, with a limit on their size: a small packed file must not fill the memory. */
final class Unpacker {

    /** Most bytes of an asset or of BTF, packed or unpacked. */
    static final int MAX_BYTES = 256 << 20;

    /** Memory that an .xz file may ask for, in KiB; {@code xz -9} needs 64 MiB. */
    private static final int XZ_MEMORY_KIB = 80 << 10;

    private final FileReader files;
    private final int maxBytes;

    Unpacker(FileReader files, int maxBytes) {
        this.files = files;
        this.maxBytes = maxBytes;
    }

    /** Reads a file of the operator's, see {@link io.karst.component.TrustedFiles#readBelowTrusted}. */
    @FunctionalInterface
    interface FileReader {
        byte[] read(Path file, int maxBytes) throws IOException;
    }

    /**
     * Reads a file of the operator's and unpacks it by the ending of its name.
     *
     * @throws IOException if the file is missing, not trusted, damaged or too large; names the file
     */
    byte[] read(Path file) throws IOException {
        return unpack(file.toString(), files.read(file, maxBytes));
    }

    /**
     * Unpacks content by the ending of its file name.
     *
     * @param name file name: {@code .gz}, {@code .xz} and {@code .tar.xz} are unpacked, other content is returned as it is
     * @return content; of a tar archive the first file whose name ends in {@code .btf}
     * @throws IOException if the content is damaged or larger than the limit; names the file
     */
    byte[] unpack(String name, byte[] packed) throws IOException {
        try (InputStream in = open(name, packed)) {
            return name.endsWith(".tar.xz") ? TarReader.firstBtf(in, maxBytes) : readAll(in, maxBytes);
        } catch (IOException e) {
            throw new IOException(name + " cannot be unpacked: " + reason(e), e);
        }
    }

    static boolean isPacked(Path file) {
        return file.toString().endsWith(".gz") || file.toString().endsWith(".xz");
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
