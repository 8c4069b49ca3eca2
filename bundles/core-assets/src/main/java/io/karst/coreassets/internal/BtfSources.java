// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.ability.Ability;
import io.karst.asset.BtfHeader;
import io.karst.asset.BtfOptions;
import io.karst.asset.BtfSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The places to look for BTF, in the order they are tried: the operator's file, the kernel, the packaged archive. */
final class BtfSources {
    private final Unpacker unpacker;
    private final PrivateFiles privateFiles;
    private final List<Place> places;

    BtfSources(Settings settings, Machine machine, Unpacker unpacker, PrivateFiles privateFiles) {
        this.unpacker = unpacker;
        this.privateFiles = privateFiles;
        List<Place> inOrder = new ArrayList<>();
        settings.btfFile()
                .ifPresent(file -> inOrder.add(new Place(
                        BtfSource.CUSTOM, "btf.file=" + file, () -> Optional.of(read(BtfSource.CUSTOM, file)))));
        inOrder.add(new Place(BtfSource.KERNEL, machine.kernelBtf().toString(), () -> findKernel(machine.kernelBtf())));
        settings.btfArchiveDirectory()
                .ifPresent(directory -> inOrder.add(new Place(
                        BtfSource.PACKAGED,
                        "btf.archive.directory=" + directory,
                        () -> findPackaged(new BtfArchive(directory), machine))));
        places = List.copyOf(inOrder);
    }

    /**
     * Files in which the machine describes itself.
     *
     * @param kernelBtf {@code /sys/kernel/btf/vmlinux}
     * @param osRelease {@code /etc/os-release}
     * @param kernelRelease {@code /proc/sys/kernel/osrelease}
     * @param arch Java's name of the machine
     */
    record Machine(Path kernelBtf, Path osRelease, Path kernelRelease, String arch) {
        static Machine running() {
            return new Machine(
                    Path.of("/sys/kernel/btf/vmlinux"),
                    Path.of("/etc/os-release"),
                    Path.of("/proc/sys/kernel/osrelease"),
                    System.getProperty("os.arch", ""));
        }
    }

    /**
     * One place.
     *
     * @param source kind of place
     * @param description name of the place in messages
     * @param finder looks there
     */
    record Place(BtfSource source, String description, Finder finder) {}

    /** Looks for BTF in one place. */
    @FunctionalInterface
    interface Finder {
        /**
         * Finds BTF and checks its header.
         *
         * @return the BTF, which the caller releases; empty if the place has none, which is no error
         * @throws IOException if the place has BTF that cannot be used
         */
        Optional<Found> find() throws IOException;
    }

    /**
     * BTF ready for use.
     *
     * @param options argument of the callback
     * @param cleanup deletes the temporary file, if there is one
     */
    record Found(BtfOptions options, Runnable cleanup) {
        void release() {
            cleanup.run();
        }
    }

    List<Place> places() {
        return places;
    }

    /** Tells which places have BTF for this kernel. */
    Ability probe() {
        List<String> evidence = new ArrayList<>();
        boolean present = false;
        for (Place place : places) {
            try {
                Optional<Found> found = place.finder().find();
                found.ifPresent(Found::release);
                evidence.add(place.description() + ": " + (found.isPresent() ? "usable" : "nothing for this kernel"));
                present |= found.isPresent();
            } catch (IOException e) {
                evidence.add(place.description() + ": " + e.getMessage());
            }
        }
        return new Ability(
                "BTF for this kernel",
                present,
                String.join("; ", evidence),
                present ? "" : "no kernel program can be loaded, so no stage starts",
                present
                        ? ""
                        : "use a kernel with CONFIG_DEBUG_INFO_BTF, or set btf.file or btf.archive.directory"
                                + " in io.karst.coreassets");
    }

    /** libbpf reads a plain file itself; unpacked content gets a temporary file. */
    private Found read(BtfSource source, Path file) throws IOException {
        byte[] btf = unpacker.read(file);
        BtfHeader.read(file.toString(), btf, btf.length);
        if (!Unpacker.isPacked(file)) {
            return new Found(new BtfOptions(source, Optional.of(file)), () -> {});
        }
        Path unpacked = privateFiles.write(btf);
        return new Found(new BtfOptions(source, Optional.of(unpacked)), () -> privateFiles.delete(unpacked));
    }

    private static Optional<Found> findKernel(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            BtfHeader.read(file.toString(), in.readNBytes(BtfHeader.BYTES), Files.size(file));
        }
        return Optional.of(new Found(new BtfOptions(BtfSource.KERNEL, Optional.empty()), () -> {}));
    }

    private Optional<Found> findPackaged(BtfArchive archive, Machine machine) throws IOException {
        Optional<Path> file =
                archive.choose(BtfArchive.Host.read(machine.osRelease(), machine.kernelRelease(), machine.arch()));
        return file.isPresent() ? Optional.of(read(BtfSource.PACKAGED, file.get())) : Optional.empty();
    }
}
