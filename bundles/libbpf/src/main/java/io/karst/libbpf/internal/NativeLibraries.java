// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/**
 * libbpf, libc and the errno of the last call on this thread.
 *
 * @param bpf libbpf
 * @param c libc
 * @param runtime jnr-ffi's runtime
 * @param lastError errno of this thread's last native call
 */
record NativeLibraries(LibBpf bpf, LibC c, Runtime runtime, IntSupplier lastError) {

    /** Soname of libbpf 1.x; the file exists without the development package. */
    static final String LIBBPF = "libbpf.so.1";

    private static final Pattern MAPPED_FILE = Pattern.compile("/libbpf\\.so\\.(\\d+\\.\\d+\\.\\d+)");

    /** Loads libc, which every Java process uses. */
    static LibC libC() {
        return LibraryLoader.create(LibC.class).failImmediately().load("c");
    }

    /**
     * Loads libbpf by soname or path.
     *
     * @throws BpfException if it is missing or older than 1.1
     */
    static NativeLibraries load(String library) {
        LibBpf bpf;
        try {
            bpf = LibraryLoader.create(LibBpf.class).load(library);
            requireVersion(bpf, library);
        } catch (UnsatisfiedLinkError e) {
            throw new BpfException(
                    "ENOENT",
                    library + " cannot be used: install the package libbpf1 (libbpf on Fedora and RHEL), version 1.1 or"
                            + " later (" + firstLine(e) + ")");
        }
        Runtime runtime = Runtime.getRuntime(bpf);
        return new NativeLibraries(bpf, libC(), runtime, runtime::getLastError);
    }

    static void requireVersion(LibBpf bpf, String library) {
        int major = bpf.libbpf_major_version();
        int minor = bpf.libbpf_minor_version();
        if (major < 1 || (major == 1 && minor < 1)) {
            throw new BpfException(
                    "ENOTSUPP",
                    library + " is version " + major + "." + minor
                            + ": 1.1 or later is needed; upgrade the package libbpf1 (libbpf on Fedora and RHEL)");
        }
    }

    /** libbpf's version with three numbers, from the name of the mapped file; libbpf itself reports only two. */
    String version() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.map(MAPPED_FILE::matcher)
                    .filter(Matcher::find)
                    .map(matcher -> matcher.group(1))
                    .findFirst()
                    .orElseGet(this::ownVersion);
        } catch (IOException e) {
            return ownVersion();
        }
    }

    private String ownVersion() {
        return bpf.libbpf_version_string().replaceFirst("^v", "");
    }

    private static String firstLine(UnsatisfiedLinkError e) {
        String message = e.getMessage();
        return message == null ? "no reason given" : message.lines().findFirst().orElse("no reason given");
    }

    /** Returns the result, or throws if it is a negative errno. */
    int check(int result, String call, String object) {
        if (result < 0) {
            throw failure(-result, call, object, "");
        }
        return result;
    }

    BpfException failure(int errno, String call, String object, String why) {
        String message = call + "(" + object + ") failed with " + Errno.name(errno);
        return new BpfException(Errno.name(errno), why.isEmpty() ? message : message + ": " + why);
    }
}
