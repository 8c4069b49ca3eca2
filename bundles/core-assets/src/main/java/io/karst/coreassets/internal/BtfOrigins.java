// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

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
final class BtfOrigins {
    private final TrustedRead files;
    private final PrivateFiles privateFiles;
    private final Unpacker unpacker;

    BtfOrigins(TrustedRead files, PrivateFiles privateFiles, Unpacker unpacker) {
        this.files = files;
        this.privateFiles = privateFiles;
        this.unpacker = unpacker;
    }

    List<BtfOrigin> inOrder(Settings settings, Machine machine) {
        List<BtfOrigin> origins = new ArrayList<>();
        settings.btfFile().ifPresent(file -> origins.add(new OperatorFile(file)));
        origins.add(new RunningKernel(machine.kernelBtf()));
        settings.btfArchiveDirectory()
                .ifPresent(directory -> origins.add(new Archive(directory, new BtfArchive(directory), machine)));
        return List.copyOf(origins);
    }

    /**
     * Where the machine tells about itself.
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

    private BtfOrigin.Found packed(BtfSource source, Path file) throws IOException {
        byte[] content = files.read(file, Unpacker.MAX_BYTES);
        boolean packed = file.toString().endsWith(".gz") || file.toString().endsWith(".xz");
        byte[] btf = packed ? unpacker.unpack(file.toString(), content) : content;
        BtfCheck.require(file.toString(), btf, btf.length);
        return packed ? BtfOrigin.Found.temporary(source, privateFiles.write(btf)) : BtfOrigin.Found.at(source, file);
    }

    private final class OperatorFile implements BtfOrigin {
        private final Path file;

        OperatorFile(Path file) {
            this.file = file;
        }

        @Override
        public BtfSource source() {
            return BtfSource.CUSTOM;
        }

        @Override
        public String describe() {
            return "btf.file=" + file;
        }

        @Override
        public Optional<Found> find() throws IOException {
            return Optional.of(packed(BtfSource.CUSTOM, file));
        }
    }

    private static final class RunningKernel implements BtfOrigin {
        private final Path file;

        RunningKernel(Path file) {
            this.file = file;
        }

        @Override
        public BtfSource source() {
            return BtfSource.KERNEL;
        }

        @Override
        public String describe() {
            return file.toString();
        }

        @Override
        public Optional<Found> find() throws IOException {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            try (InputStream in = Files.newInputStream(file)) {
                BtfCheck.require(file.toString(), in.readNBytes(BtfCheck.HEADER_BYTES), Files.size(file));
            }
            return Optional.of(new Found(new BtfOptions(BtfSource.KERNEL, Optional.empty()), Optional.empty()));
        }
    }

    private final class Archive implements BtfOrigin {
        private final Path directory;
        private final BtfArchive archive;
        private final Machine machine;

        Archive(Path directory, BtfArchive archive, Machine machine) {
            this.directory = directory;
            this.archive = archive;
            this.machine = machine;
        }

        @Override
        public BtfSource source() {
            return BtfSource.PACKAGED;
        }

        @Override
        public String describe() {
            return "btf.archive.directory=" + directory;
        }

        @Override
        public Optional<Found> find() throws IOException {
            Host host = Host.read(machine.osRelease(), machine.kernelRelease(), machine.arch());
            Optional<Path> file = archive.choose(host);
            return file.isPresent() ? Optional.of(packed(BtfSource.PACKAGED, file.get())) : Optional.empty();
        }
    }
}
