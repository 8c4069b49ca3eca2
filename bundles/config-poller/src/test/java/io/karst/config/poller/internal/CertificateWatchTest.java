// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import io.karst.config.grpc.internal.GrpcWire;
import io.karst.remoteconfig.client.ClientPolicy.Organisation;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateWatchTest {

    private final GrpcWire wire = new GrpcWire();

    @TempDir
    private Path folder;

    private Path certificate(String file, Instant now, Duration validity) throws IOException {
        return Files.writeString(folder.resolve(file), wire.selfSigned(file, List.of("localhost"), now, validity));
    }

    private List<Ability> probe(World world, Path anchor, Path certificate) {
        Settings settings = new Settings(
                true,
                new ConnectionSettings(
                        "localhost",
                        1,
                        Optional.of(anchor),
                        Optional.of(certificate),
                        Optional.empty(),
                        Duration.ofSeconds(1),
                        1),
                new Settings.Identity("test", List.of()),
                folder,
                List.of("P"),
                Duration.ofSeconds(5),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Organisation.ANY,
                false,
                folder);
        return new CertificateWatch(wire, () -> Optional.of(settings), world).probe();
    }

    @Test
    void warnsThirtyDaysBeforeTheEnd() throws Exception {
        World world = new World(folder);
        Path anchor = certificate("anchor.pem", world.instant(), Duration.ofDays(31));
        Path own = certificate("own.pem", world.instant(), Duration.ofDays(365));
        assertThat(probe(world, anchor, own)).extracting(Ability::present).containsExactly(true, true);
        world.pass(Duration.ofDays(2));
        List<Ability> later = probe(world, anchor, own);
        assertThat(later).extracting(Ability::present).containsExactly(false, true);
        assertThat(later.get(0).evidence())
                .contains(anchor.toString())
                .contains("CN=anchor.pem ends at 2026-07-02T00:00:00Z");
        world.pass(Duration.ofDays(30));
        assertThat(probe(world, anchor, own).get(0).evidence()).contains("ended at 2026-07-02T00:00:00Z");
    }

    @Test
    void aFileThatIsMissingIsNamed() throws Exception {
        World world = new World(folder);
        Path own = certificate("own.pem", world.instant(), Duration.ofDays(365));
        Ability missing = probe(world, folder.resolve("none.pem"), own).get(0);
        assertThat(missing.present()).isFalse();
        assertThat(missing.evidence()).contains("none.pem does not exist");
    }
}
