// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import com.kenai.jffi.Type;
import io.karst.bpf.BpfException;
import io.karst.component.KernelText;
import io.karst.component.SafeText;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final String LIBC = "c";

    private static final Pattern MAPPED_FILE = Pattern.compile("/libbpf\\.so\\.(\\d+\\.\\d+\\.\\d+)");

    /** Loads libc, which every Java process uses. */
    static LibC libC() {
        return LibraryLoader.create(LibC.class).failImmediately().load(LIBC);
    }

    /** What only glibc has; with another libc the calls throw {@link UnsatisfiedLinkError}. */
    static Glibc glibc() {
        return LibraryLoader.create(Glibc.class).load(LIBC);
    }

    /**
     * Loads libbpf by soname or path.
     *
     * @throws BpfException if it cannot be used, with the root cause and the remedy
     */
    static NativeLibraries load(String library) {
        Loaded loaded = tryLoading(library);
        return loaded.libraries()
                .orElseThrow(() -> loaded.obstacle().orElseThrow().exception());
    }

    /** The libraries, or why they cannot be used. */
    record Loaded(Optional<NativeLibraries> libraries, Optional<Obstacle> obstacle) {
        private static Loaded refused(Obstacle obstacle) {
            return new Loaded(Optional.empty(), Optional.of(obstacle));
        }
    }

    /** Loads libbpf: first the native part of jnr-ffi, then libbpf, and asks for its version. */
    static Loaded tryLoading(String library) {
        try {
            if (Type.SINT.size() != Integer.BYTES) {
                throw new UnsatisfiedLinkError("jffi says that an int has " + Type.SINT.size() + " bytes");
            }
        } catch (LinkageError e) {
            return Loaded.refused(Obstacle.ofJffi(e, System.getProperty("os.arch", "not known")));
        }
        LibBpf bpf;
        try {
            bpf = LibraryLoader.create(LibBpf.class).load(library);
            Optional<Obstacle> tooOld = tooOld(bpf, library); // the first call loads the library
            if (tooOld.isPresent()) {
                return Loaded.refused(tooOld.get());
            }
        } catch (LinkageError e) {
            return Loaded.refused(Obstacle.ofLibrary(library, e));
        }
        Runtime runtime = Runtime.getRuntime(bpf);
        return new Loaded(
                Optional.of(new NativeLibraries(bpf, libC(), runtime, runtime::getLastError)), Optional.empty());
    }

    /** Empty if the library is 1.1 or later. */
    static Optional<Obstacle> tooOld(LibBpf bpf, String library) {
        int major = bpf.libbpf_major_version();
        int minor = bpf.libbpf_minor_version();
        return major > 1 || (major == 1 && minor >= 1)
                ? Optional.empty()
                : Optional.of(Obstacle.tooOld(library, "version " + major + "." + minor));
    }

    /** libbpf's version with three numbers, from the name of the mapped file; libbpf itself reports only two. */
    String version() {
        try (BufferedReader lines = KernelText.lines(Path.of("/proc/self/maps"))) {
            return lines.lines()
                    .map(MAPPED_FILE::matcher)
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

    /** Returns the result, or throws if it is a negative errno. */
    int check(int result, String call, String object) {
        if (result < 0) {
            throw failure(-result, call, object, "");
        }
        return result;
    }

    BpfException failure(int errno, String call, String object, String why) {
        String message = call + "(" + SafeText.of(object) + ") failed with " + Errno.name(errno);
        return new BpfException(Errno.name(errno), why.isEmpty() ? message : message + ": " + why);
    }
}
