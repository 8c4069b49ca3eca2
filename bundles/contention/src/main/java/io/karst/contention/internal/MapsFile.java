// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.component.AtomicFile;
import io.karst.component.KernelText;
import io.karst.component.SafeText;
import io.karst.contention.internal.KnownMaps.Known;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of maps, on disk: the pinned counters of a map that is deleted while Karaf is down have only its id and address.
 *
 * <p>Id and address identify a map until the machine restarts, and pinned counters live as long. So the file begins with the boot id, and
 * that of another boot is ignored.
 *
 * <p>Layout, as {@link DataOutputStream} writes it: CRC-32 of all that follows (long), {@value #FORMAT}, boot id; then for each map id (int),
 * address (long), name, type, when it was found deleted (long, {@value #EXISTS} if it exists), number of owners (byte), and for each owner its
 * type, id (int) and name.
 */
final class MapsFile {
    private static final Logger LOG = LoggerFactory.getLogger(MapsFile.class);

    /** Largest file: at least 2,000 maps, and about 40,000 with names and owners as usual. */
    static final int MAX_BYTES = 4 << 20;

    private static final String FORMAT = "karst maps 1";
    private static final long EXISTS = Long.MIN_VALUE;

    /** The kernel's names are shorter. */
    private static final int MAX_CHARS = 64;

    private static final int MAX_MAP_BYTES = 2_048;

    private final AtomicFile file;
    private final Path bootId;

    /**
     * Names a file; it need not exist.
     *
     * @param bootId file with the random number of this boot, see random(4)
     */
    MapsFile(Path file, Path bootId) {
        this.file = new AtomicFile(file);
        this.bootId = bootId;
    }

    /** Reads it. Without a file of this boot, or if it is damaged, nothing is known; a damaged one is logged. */
    Map<MapKey, Known> read() {
        try {
            byte[] content = file.read(MAX_BYTES).orElse(new byte[0]);
            return content.length == 0 ? Map.of() : decode(content);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn(
                    "names of maps that were deleted before this start are not known: {}: {}",
                    file.path(),
                    SafeText.of(e));
            return Map.of();
        }
    }

    /**
     * Replaces it. If it would be too large, the last maps are left out.
     *
     * @throws IOException if it cannot be written; the former content stays
     */
    void write(Map<MapKey, Known> maps) throws IOException {
        file.write(ByteBuffer.wrap(encode(maps)));
    }

    private String boot() throws IOException {
        try (BufferedReader lines = KernelText.lines(bootId)) {
            String boot = lines.readLine();
            if (boot == null) {
                throw new IOException(bootId + " is empty");
            }
            return boot;
        }
    }

    private byte[] encode(Map<MapKey, Known> maps) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF(FORMAT);
        out.writeUTF(boot());
        for (Map.Entry<MapKey, Known> map : maps.entrySet()) {
            if (bytes.size() > MAX_BYTES - MAX_MAP_BYTES) {
                break;
            }
            write(out, map.getKey(), map.getValue());
        }
        byte[] content = bytes.toByteArray();
        return ByteBuffer.allocate(Long.BYTES + content.length)
                .putLong(checksum(content, 0))
                .put(content)
                .array();
    }

    private static void write(DataOutputStream out, MapKey key, Known map) throws IOException {
        out.writeInt(key.id());
        out.writeLong(key.address());
        out.writeUTF(shortened(map.name()));
        out.writeUTF(shortened(map.type()));
        out.writeLong(map.missedAt().orElse(EXISTS));
        out.writeByte(map.owners().size());
        for (MapOwner owner : map.owners()) {
            out.writeUTF(owner.type().name());
            out.writeInt(owner.id());
            out.writeUTF(shortened(owner.name()));
        }
    }

    private Map<MapKey, Known> decode(byte[] content) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
        if (in.readLong() != checksum(content, Long.BYTES)) {
            throw new IOException("its checksum is wrong");
        }
        if (!in.readUTF().equals(FORMAT)) {
            throw new IOException("its format is not '" + FORMAT + "'");
        }
        Map<MapKey, Known> maps = new LinkedHashMap<>();
        if (in.readUTF().equals(boot())) {
            while (in.available() > 0) {
                maps.put(new MapKey(in.readInt(), in.readLong()), known(in));
            }
        }
        return maps;
    }

    private static Known known(DataInputStream in) throws IOException {
        String name = in.readUTF();
        String type = in.readUTF();
        long missedAt = in.readLong();
        List<MapOwner> owners = new ArrayList<>();
        for (int left = in.readByte(); left > 0; left--) {
            owners.add(new MapOwner(MapOwner.Type.valueOf(in.readUTF()), in.readInt(), in.readUTF()));
        }
        return new Known(name, type, owners, missedAt == EXISTS ? OptionalLong.empty() : OptionalLong.of(missedAt));
    }

    private static String shortened(String text) {
        return text.substring(0, Math.min(MAX_CHARS, text.length()));
    }

    private static long checksum(byte[] content, int from) {
        CRC32 checksum = new CRC32();
        checksum.update(content, from, content.length - from);
        return checksum.getValue();
    }
}
