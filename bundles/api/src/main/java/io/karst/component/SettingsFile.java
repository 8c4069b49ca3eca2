// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.nio.file.Path;

/** The file in which an operator sets what a component reads, for messages. */
public final class SettingsFile {

    private SettingsFile() {}

    /**
     * The file of a PID, in the folder that Karaf reads settings from: {@code KARAF_ETC}, or {@code etc} of the Karaf.
     *
     * @return path, whether there is such a file or not; below {@code etc} outside of Karaf
     */
    public static Path of(String pid) {
        return Path.of(System.getProperty("karaf.etc", "etc"), pid + ".cfg");
    }
}
