// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessHomeTest {
    private static final String ID = "0123456789ab0123456789ab0123456789ab0123456789ab0123456789abcdef";

    @TempDir
    private Path proc;

    @ParameterizedTest(name = "{0} is in {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "0::/system.slice/karaf.service|unit karaf.service",
                "0::/user.slice/user-0.slice/user@0.service/app.slice/x.scope|unit x.scope",
                "0::/system.slice/docker-" + ID + ".scope|container 0123456789ab",
                "0::/kubepods/burstable/pod77/" + ID + "|container 0123456789ab",
                "0::/docker/" + ID + "/init|container 0123456789ab",
                "0::/custom/group|control group /custom/group",
                "1:name=systemd:/system.slice/old.service|unit old.service"
            })
    void names(String line, String home) throws IOException {
        Files.createDirectory(proc.resolve("42"));
        Files.writeString(proc.resolve("42/cgroup"), "5:cpu:/elsewhere\n" + line + "\n");
        assertThat(new ProcessHome(proc).of(42)).contains(home);
    }

    @Test
    void theRootGroupAndEndedProcessesHaveNone() throws IOException {
        Files.createDirectory(proc.resolve("42"));
        Files.writeString(proc.resolve("42/cgroup"), "0::/\n");
        assertThat(new ProcessHome(proc).of(42)).isEmpty();
        assertThat(new ProcessHome(proc).of(43)).isEmpty();
    }
}
