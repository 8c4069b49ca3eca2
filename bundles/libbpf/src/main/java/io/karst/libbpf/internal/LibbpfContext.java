// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfException;
import io.karst.component.KernelText;
import io.karst.component.SafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Shared by all handles.
 *
 * @param libraries libbpf and libc
 * @param log libbpf's messages
 * @param mappings mapped memory
 * @param freed what libc keeps of freed memory
 * @param possibleCpus number of possible CPUs; a per-CPU value has one part for each
 */
record LibbpfContext(NativeLibraries libraries, LibbpfLog log, Mappings mappings, FreedMemory freed, int possibleCpus) {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    LibBpf bpf() {
        return libraries.bpf();
    }

    /** Creates a lifetime whose end closes the descriptor. */
    Lifetime owning(int descriptor, String what) {
        return new Lifetime(what, () -> libraries.c().close(descriptor));
    }

    /** Pins the map, program or link of a descriptor. */
    void pin(int descriptor, Path path, String what) {
        int result = bpf().bpf_obj_pin(descriptor, cString(path));
        if (result < 0) {
            throw libraries.failure(
                    -result, "bpf_obj_pin", what + " at " + KernelText.of(path), pinHint(-result, path));
        }
    }

    /**
     * Opens a pin and checks its kind.
     *
     * @param kind the kernel's name of the kind: {@code bpf-map}, {@code bpf-prog} or {@code bpf-link}
     */
    int openPinned(Path path, String kind) {
        int result = bpf().bpf_obj_get(cString(path));
        if (result < 0) {
            throw libraries.failure(-result, "bpf_obj_get", KernelText.of(path), pinHint(-result, path));
        }
        String found = kindOf(result);
        if (!found.equals(kind)) {
            libraries.c().close(result);
            throw new BpfException(
                    "EINVAL", SafeText.of(KernelText.of(path)) + " is a pinned " + found + ", not " + kind);
        }
        return result;
    }

    /** A path for C. Java would encode it in its default character set. */
    static byte[] cString(Path path) {
        byte[] bytes = KernelText.bytes(path);
        return Arrays.copyOf(bytes, bytes.length + 1);
    }

    private static String kindOf(int descriptor) {
        try {
            String target = Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(descriptor)))
                    .toString();
            // such as "anon_inode:bpf-map"; before 6.13 a link was "bpf_link"
            return target.replace("anon_inode:", "").replaceAll("[\\[\\]]", "").replace('_', '-');
        } catch (IOException e) {
            return "unknown thing (" + e.getMessage() + ")";
        }
    }

    private static String pinHint(int errno, Path path) {
        return switch (Errno.name(errno)) {
            case "EPERM", "EINVAL", "ENOENT" ->
                SafeText.of(String.valueOf(path.getParent()))
                        + " has to be a directory of a BPF file system (mount -t bpf bpf /sys/fs/bpf)";
            case "EEXIST" -> "something is pinned there already";
            default -> "";
        };
    }
}
