// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderProbeTest {
    @TempDir
    Path folder;

    @Test
    void aFolderThatCanBeWrittenIsLeftAsItWas() {
        assertThat(new DataFolderProbe(folder).probe().get(0).present()).isTrue();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void tellsWhyNothingCanBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        Ability found = new DataFolderProbe(file).probe().get(0);

        assertThat(found.present()).isFalse();
        assertThat(found.evidence()).startsWith(file.resolve("doctor") + " cannot be written: ");
    }
}
