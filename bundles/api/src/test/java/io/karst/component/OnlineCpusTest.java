// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnlineCpusTest {
    @TempDir
    private Path sys;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0|1", "0-3|4", "0-3,6|5", "1,3-4|3"})
    void counts(String list, int cpus) throws IOException {
        Path file = Files.createDirectories(sys.resolve("devices/system/cpu")).resolve("online");
        Files.writeString(file, list + "\n");
        assertThat(OnlineCpus.count(sys)).isEqualTo(cpus);
        Files.writeString(file, "some");
        assertThat(OnlineCpus.count(sys)).isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void asksJavaWithoutSysfs() {
        assertThat(OnlineCpus.count(sys.resolve("missing")))
                .isEqualTo(Runtime.getRuntime().availableProcessors());
    }
}
