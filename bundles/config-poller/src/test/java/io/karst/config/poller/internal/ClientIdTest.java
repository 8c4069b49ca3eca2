// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.component.AtomicFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientIdTest {

    @TempDir
    private Path folder;

    private String id() {
        return ClientId.in(new AtomicFile(folder.resolve("config-poller").resolve("client-id")));
    }

    @Test
    void aRestartIsNotAnotherClient() {
        String id = id();
        assertThat(id).matches("[A-Za-z0-9_-]{21}").isEqualTo(id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "aaaaaaaaaaaaaaaaaaaa\u001b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void whatIsNoIdIsReplaced(String found) throws Exception {
        Path file = folder.resolve("config-poller").resolve("client-id");
        id();
        Files.writeString(file, found);
        String id = id();
        assertThat(id).matches("[A-Za-z0-9_-]{21}").isNotEqualTo(found).isEqualTo(id());
    }

    @Test
    void withoutADiskTheClientHasAnId() throws Exception {
        Files.writeString(folder.resolve("config-poller"), "a file where the folder should be");
        assertThat(id()).hasSize(21);
    }
}
