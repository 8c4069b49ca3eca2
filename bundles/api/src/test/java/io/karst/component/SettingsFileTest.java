// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SettingsFileTest {

    @AfterEach
    void outsideOfKaraf() {
        System.clearProperty("karaf.etc");
    }

    @Test
    void isInTheFolderThatKarafReads() {
        System.setProperty("karaf.etc", "/srv/karaf/settings");
        assertThat(SettingsFile.of("io.karst.contention"))
                .isEqualTo(Path.of("/srv/karaf/settings/io.karst.contention.cfg"));
    }

    @Test
    void isBelowEtcOutsideOfKaraf() {
        assertThat(SettingsFile.of("io.karst.contention")).isEqualTo(Path.of("etc/io.karst.contention.cfg"));
    }
}
