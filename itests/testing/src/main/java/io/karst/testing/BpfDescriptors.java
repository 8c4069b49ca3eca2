// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Descriptors of this process that stand for something of BPF's, to see what is left open. */
public final class BpfDescriptors {

    private BpfDescriptors() {}

    /** What each stands for, such as {@code anon_inode:bpf-map}, sorted. */
    public static List<String> open() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .map(BpfDescriptors::target)
                    .filter(target -> target.startsWith("anon_inode:"))
                    .filter(target -> target.contains("bpf") || target.contains("btf") || target.contains("perf_event"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // closed since it was listed, as the listing's own
        }
    }
}
