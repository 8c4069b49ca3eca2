// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The root cause why this process cannot use BPF.
 *
 * @param kind its class, which decides the remedy
 * @param cause one sentence without a full stop
 * @param remedy what the operator can do
 */
record Obstacle(Kind kind, String cause, String remedy) {
    private static final String PACKAGE =
            "install the package libbpf1 (libbpf on Fedora and RHEL), version 1.1 or later";

    private static final String OTHER_FOLDER =
            " to a folder without that limit, in etc/system.properties or EXTRA_JAVA_OPTS;" + " then restart Karaf";

    /** The folder into which jffi wanted to unpack its native part, in its message. */
    private static final Pattern FOLDER = Pattern.compile("jffi binary stub (?:from|to) `([^`]*)`");

    /** How dlopen names a file that is not there: glibc, then musl. */
    private static final Pattern ABSENT = Pattern.compile(
            "([^\\s:]+): cannot open shared object file: No such file|Error loading shared library ([^\\s:]+): No such file");

    /** Class of a cause. */
    enum Kind {
        /** A folder whose files may not be executed. */
        NOEXEC_FOLDER("EACCES"),
        /** A folder in which no file can be created. */
        UNWRITABLE_FOLDER("EACCES"),
        /** jnr-ffi has no native part for this machine or this libc. */
        NO_NATIVE_PART("ENOSYS"),
        /** A library is not installed. */
        LIBRARY_ABSENT("ENOENT"),
        /** A library is installed, but cannot be loaded. */
        LIBRARY_UNUSABLE("ENOEXEC"),
        /** The library is too old. */
        LIBRARY_TOO_OLD("ENOTSUPP"),
        /** This process lacks a capability. */
        CAPABILITY("EPERM"),
        /** This process is in a user namespace. */
        USER_NAMESPACE("EPERM");

        private final String errorName;

        Kind(String errorName) {
            this.errorName = errorName;
        }
    }

    /** Cause and remedy in one line. */
    BpfException exception() {
        return new BpfException(kind.errorName, cause + ": " + remedy);
    }

    /** Why jffi, the native part of jnr-ffi, does not start. Only its messages tell. */
    static Obstacle ofJffi(Throwable failure, String machine) {
        String text = text(failure);
        Matcher named = FOLDER.matcher(text);
        String folder = named.find() ? named.group(1) : System.getProperty("java.io.tmpdir", "the temporary folder");
        if (text.contains("could not locate stub library") || text.contains("cannot determine ")) {
            return new Obstacle(
                    Kind.NO_NATIVE_PART,
                    "jnr-ffi has no native part for the machine " + machine,
                    "run Karaf on x86_64 or aarch64 with Linux and glibc");
        }
        if (text.contains("Unable to write jffi binary stub")) {
            return new Obstacle(
                    Kind.UNWRITABLE_FOLDER,
                    "the native part of jnr-ffi cannot be unpacked into folder " + folder,
                    "make the folder writable, with space for 1 MB, or set jffi.extract.dir" + OTHER_FOLDER);
        }
        if (text.contains("failed to map segment") || text.contains("Operation not permitted")) {
            return new Obstacle(
                    Kind.NOEXEC_FOLDER,
                    "folder " + folder + " is mounted noexec, so the native part of jnr-ffi cannot be loaded from it",
                    "remount it with exec, or set jffi.extract.dir" + OTHER_FOLDER);
        }
        return new Obstacle(
                Kind.NO_NATIVE_PART,
                "the native part of jnr-ffi cannot be loaded with this libc (" + reason(text) + ")",
                "run Karaf on a system with glibc (musl, as in Alpine, is not supported)");
    }

    /** Why libbpf cannot be loaded, or lacks the functions that tell its version; of those jffi says no more than "unknown". */
    static Obstacle ofLibrary(String library, Throwable failure) {
        String text = text(failure);
        Matcher absent = ABSENT.matcher(text);
        if (absent.find()) {
            String missing = absent.group(1) == null ? absent.group(2) : absent.group(1);
            String needed = missing.equals(library) ? "" : ", which " + library + " needs,";
            return new Obstacle(Kind.LIBRARY_ABSENT, missing + needed + " is not installed", PACKAGE);
        }
        if (text.contains("failed to map segment")) {
            return new Obstacle(
                    Kind.NOEXEC_FOLDER,
                    "the folder of " + library + " is mounted noexec (" + reason(text) + ")",
                    "remount it with exec");
        }
        if (text.contains("undefined symbol")
                || text.contains("ymbol not found")
                || text.strip().endsWith("unknown")) {
            return tooOld(library, "no libbpf or one before 1.0, it does not tell its version");
        }
        return new Obstacle(Kind.LIBRARY_UNUSABLE, library + " cannot be loaded (" + reason(text) + ")", PACKAGE);
    }

    /** A library before 1.1. */
    static Obstacle tooOld(String library, String found) {
        return new Obstacle(
                Kind.LIBRARY_TOO_OLD,
                library + " is " + found,
                "1.1 or later is needed; upgrade the package libbpf1 (libbpf on Fedora and RHEL)");
    }

    /**
     * Capabilities that are missing.
     *
     * @param root whether this process runs as root, which then lacks them because of the bounding set
     */
    static Obstacle capabilities(List<Capabilities.Capability> missing, boolean root) {
        String names = missing.stream().map(Enum::name).collect(Collectors.joining(" and "));
        String list = names.replace(" and ", " ");
        return new Obstacle(
                Kind.CAPABILITY,
                "missing capability " + names,
                root
                        ? "root lacks it here; give it back (systemd: CapabilityBoundingSet=" + list
                                + ", container: --cap-add "
                                + list.replace("CAP_", "").replace(" ", " --cap-add ") + ")"
                        : "run Karaf as root or grant it (systemd: AmbientCapabilities=" + list + ")");
    }

    /** Capabilities that are held, but only over a user namespace. */
    static Obstacle userNamespace() {
        return new Obstacle(
                Kind.USER_NAMESPACE,
                "this process runs in a user namespace, in which root has no rights over the kernel",
                "run Karaf in the initial user namespace: on the host, or in a container that is not rootless and has no"
                        + " user mapping (Docker: --userns=host)");
    }

    /** Messages of all causes: jnr-ffi's own says nothing, and jffi repeats the first one only as text. */
    private static String text(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (@Nullable Throwable each = failure; each != null; each = each.getCause()) {
            text.append(each.getMessage()).append('\n');
        }
        return text.toString();
    }

    /** The line that dlopen wrote, without paths repeated by Java. */
    private static String reason(String text) {
        return text.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).contains(".so"))
                .filter(line -> !line.startsWith("\tat "))
                .reduce((first, last) -> last)
                .or(() -> text.lines().findFirst())
                .map(line -> line.replaceFirst("^([^\\s:]+): \\1: ", "$1: "))
                .orElse("no reason given");
    }
}
