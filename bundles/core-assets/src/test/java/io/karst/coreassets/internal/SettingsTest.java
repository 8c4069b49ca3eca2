// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettingsTest {

    @Test
    void emptyMeansNone() {
        assertThat(Settings.of("", " ", "")).isEqualTo(Settings.NONE);
    }

    @Test
    void takesAbsolutePaths() {
        assertThat(Settings.of("/a", "/b", " /c "))
                .isEqualTo(new Settings(
                        Optional.of(Path.of("/a")), Optional.of(Path.of("/b")), Optional.of(Path.of("/c"))));
    }

    @Test
    void refusesARelativePath() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.of("", "btf", ""))
                .withMessage("btf.archive.directory=btf is not an absolute path");
    }
}
