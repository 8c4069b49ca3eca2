// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import io.karst.settings.InvalidSettingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.osgi.framework.BundleContext;

/**
 * Where a tracer pins its generation.
 *
 * @param enabled whether it pins at all
 * @param root directory of all instances, absolute
 * @param instance name of this instance
 */
public record PinLocation(boolean enabled, Path root, String instance) {

    /** Default directory of all instances. */
    public static final String DEFAULT_ROOT = "/sys/fs/bpf/karst";

    private static final String NAME = "[A-Za-z0-9_-]{1,64}";
    private static final int DIGEST_BYTES = 6;

    /** Checks path and name. A BPF file system allows no dots in names. */
    public PinLocation {
        if (!root.isAbsolute() || !root.equals(root.normalize()) || root.getNameCount() < 2) {
            throw new InvalidSettingException(
                    "pin.path", root, "the absolute path of a directory within another one, such as /sys/fs/bpf/karst");
        }
        if (!isName(instance)) {
            throw new InvalidSettingException("pin.instance", instance, "1 to 64 letters, digits, _ or -");
        }
    }

    /** Whether an instance can have this name. */
    static boolean isName(String name) {
        return name.matches(NAME);
    }

    /**
     * From settings.
     *
     * @param enabled whether to pin
     * @param root directory of all instances
     * @param instance name; if empty, it is derived from the home
     * @param home directory of this Karaf, which no other Karaf on this host has
     */
    public static PinLocation of(boolean enabled, String root, String instance, Path home) {
        return new PinLocation(
                enabled,
                InvalidSettingException.requirePath("pin.path", root),
                instance.isEmpty() ? nameOf(home) : instance);
    }

    /**
     * From settings. If no name is set, it is derived from the directory of this Karaf.
     *
     * @param enabled whether to pin
     * @param root directory of all instances
     * @param instance name; may be empty
     */
    public static PinLocation of(boolean enabled, String root, String instance, BundleContext context) {
        String home = context.getProperty("karaf.base");
        return of(enabled, root, instance, Path.of(home == null ? "" : home));
    }

    /** The same, or the default for settings that are refused: the tracer's settings tell of that. */
    static PinLocation orDefault(boolean enabled, String root, String instance, BundleContext context) {
        try {
            return of(enabled, root, instance, context);
        } catch (InvalidSettingException e) {
            return of(enabled, DEFAULT_ROOT, "", context);
        }
    }

    /** Last name of the home, which people recognise, and a digest of the whole path, which is unique. */
    private static String nameOf(Path home) {
        Path real;
        try {
            real = home.toRealPath();
        } catch (IOException e) {
            real = home.toAbsolutePath().normalize();
        }
        String last = String.valueOf(real.getFileName()).replaceAll("[^A-Za-z0-9_-]", "_");
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(real.toString().getBytes(StandardCharsets.UTF_8));
            return last.substring(0, Math.min(last.length(), 40)).toLowerCase(Locale.ROOT) + "-"
                    + HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** This instance's directory. */
    public Path directory() {
        return root.resolve(instance);
    }
}
