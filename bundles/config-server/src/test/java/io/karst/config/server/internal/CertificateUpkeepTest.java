// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.ability.Ability;
import io.karst.config.grpc.internal.GrpcWire;
import io.karst.config.server.internal.ConfigServerTest.TurningClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateUpkeepTest {

    private static final List<String> NAMES = List.of("localhost");

    private final GrpcWire wire = new GrpcWire();
    private final Instant made = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final TurningClock clock = new TurningClock(made);

    @TempDir
    private Path folder;

    private ServerFiles files;
    private CertificateUpkeep upkeep;

    @BeforeEach
    void open() {
        files = new ServerFiles(folder, Optional.empty(), new SecureRandom());
        upkeep = new CertificateUpkeep(wire, files, NAMES, clock);
    }

    private void write(String name, Duration validity) throws IOException {
        files.writeCertificate(wire.selfSigned(name, NAMES, made, validity));
    }

    @Test
    void whatTheServerMadeIsRenewedBeforeItsEndWithItsKey() throws Exception {
        write(CertificateUpkeep.NAME, Duration.ofDays(100));
        String first = Files.readString(files.certificate());
        clock.pass(Duration.ofDays(39));
        upkeep.work();
        assertThat(files.certificate()).hasContent(first.strip());
        clock.pass(Duration.ofDays(2));
        upkeep.work();
        assertThat(upkeep.expires()).isEqualTo(made.plus(Duration.ofDays(41)).plus(CertificateUpkeep.VALIDITY));
        assertThat(key(Files.readString(files.certificate()))).isEqualTo(key(first));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.certificate())))
                .isEqualTo("rw-------");
    }

    private static String key(String pem) {
        return pem.substring(pem.indexOf("-----BEGIN PRIVATE KEY"));
    }

    @Test
    void oneThatEndedWhileTheServerWasOffIsRenewedAtItsStart() throws Exception {
        write(CertificateUpkeep.NAME, Duration.ofDays(1));
        clock.pass(Duration.ofDays(2));
        upkeep.work();
        assertThat(upkeep.expires()).isAfter(clock.instant());
    }

    @Test
    void anothersIsNotTouchedButDoctorSaysWhenItEnds() throws Exception {
        write("somebody's", Duration.ofDays(100));
        String theirs = Files.readString(files.certificate());
        clock.pass(Duration.ofDays(69));
        assertThat(upkeep.ability().present()).isTrue();
        clock.pass(Duration.ofDays(2));
        upkeep.work();
        assertThat(files.certificate()).hasContent(theirs.strip());
        Ability ability = upkeep.ability();
        assertThat(ability.present()).isFalse();
        assertThat(ability.evidence())
                .contains(files.certificate().toString())
                .contains(made.plus(Duration.ofDays(100)).toString());
        assertThatThrownBy(upkeep::renew).hasMessageContaining("was not made by this server");
    }
}
