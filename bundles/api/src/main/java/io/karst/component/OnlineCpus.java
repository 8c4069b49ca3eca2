// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Counts the CPUs that are online. Java may report fewer, because of affinity or a container's limit. */
public final class OnlineCpus {

    private OnlineCpus() {}

    /**
     * Counts them.
     *
     * @param sys where sysfs is mounted
     * @return at least 1; the number that Java reports if sysfs does not say
     */
    public static int count(Path sys) {
        try {
            return count(
                    Files.readString(sys.resolve("devices/system/cpu/online")).strip());
        } catch (IOException | NumberFormatException e) {
            return Runtime.getRuntime().availableProcessors();
        }
    }

    /** Counts a list such as {@code 0-3,6}. */
    private static int count(String list) {
        int count = 0;
        for (String part : list.split(",", -1)) {
            String[] ends = part.split("-", 2);
            count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
        }
        return Math.max(1, count);
    }
}
