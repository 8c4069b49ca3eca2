// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The version of libbpf that is mapped into this process. */
final class LibraryVersion {
    private static final Pattern FILE = Pattern.compile("/libbpf\\.so\\.(\\d+\\.\\d+\\.\\d+)");

    private LibraryVersion() {}

    /** From the mapped file's name, which has three numbers; libbpf's own answer has two. */
    static String of(LibBpf bpf) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.map(FILE::matcher)
                    .filter(Matcher::find)
                    .map(matcher -> matcher.group(1))
                    .findFirst()
                    .orElseGet(() -> own(bpf));
        } catch (IOException e) {
            return own(bpf);
        }
    }

    private static String own(LibBpf bpf) {
        return bpf.libbpf_version_string().replaceFirst("^v", "");
    }
}
