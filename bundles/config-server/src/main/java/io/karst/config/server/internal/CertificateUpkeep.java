// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.ability.Ability;
import io.karst.remoteconfig.wire.ConfigWire;
import io.karst.remoteconfig.wire.ConfigWire.CertificateDates;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews the certificate that the server made itself before it ends, and says when another one is about to end. */
final class CertificateUpkeep {

    /** The name in certificates that the server makes. */
    static final String NAME = "Karst configuration server";

    static final Duration VALIDITY = Duration.ofDays(3650);

    private static final Logger LOG = LoggerFactory.getLogger(CertificateUpkeep.class);
    private static final Duration RENEW_BEFORE = Duration.ofDays(60);
    private static final Duration SAY_AGAIN = Duration.ofDays(1);

    private final ConfigWire wire;
    private final ServerFiles files;
    private final List<String> names;
    private final Clock clock;
    private Instant saidAt = Instant.MIN;

    CertificateUpkeep(ConfigWire wire, ServerFiles files, List<String> names, Clock clock) {
        this.wire = wire;
        this.files = files;
        this.names = List.copyOf(names);
        this.clock = clock;
    }

    /**
     * When the first certificate of the chain ends.
     *
     * @throws IOException if the file cannot be used
     */
    Instant expires() throws IOException {
        return firstToEnd().until();
    }

    private CertificateDates firstToEnd() throws IOException {
        return wire.certificateDates(files.certificate()).stream()
                .min(Comparator.comparing(CertificateDates::until))
                .orElseThrow(() -> new IOException(files.certificate() + " holds no certificate"));
    }

    /**
     * Does what is due.
     *
     * @throws IOException if the certificate cannot be read or written
     */
    synchronized void work() throws IOException {
        CertificateDates certificate = firstToEnd();
        Instant now = clock.instant();
        if (isSelfMade(certificate) && now.isAfter(certificate.until().minus(RENEW_BEFORE))) {
            renew();
        } else if (certificate.warning(now).isPresent() && !now.isBefore(next(saidAt))) {
            saidAt = now;
            LOG.warn(
                    "{}: its certificate {}",
                    files.certificate(),
                    certificate.warning(now).get());
        }
    }

    private static Instant next(Instant said) {
        return said.equals(Instant.MIN) ? said : said.plus(SAY_AGAIN);
    }

    private static boolean isSelfMade(CertificateDates certificate) {
        return certificate.subject().equals("CN=" + NAME);
    }

    /**
     * Makes a certificate for the same key, with the names that are set now. Clients that know the former one accept it.
     *
     * @throws IOException if the server did not make the present one, or the new one cannot be written
     */
    synchronized void renew() throws IOException {
        if (!isSelfMade(firstToEnd())) {
            throw new IOException(
                    files.certificate() + " was not made by this server: replace it with another one of its issuer");
        }
        files.writeCertificate(wire.renewed(files.certificate(), names, clock.instant(), VALIDITY));
        LOG.info("{} was renewed with its key, valid until {}", files.certificate(), expires());
    }

    /** For {@code karst:doctor}. */
    Ability ability() {
        String name = "configuration server's certificate";
        String effect = "clients refuse the server from then on";
        try {
            CertificateDates certificate = firstToEnd();
            String evidence = files.certificate() + " is valid until " + certificate.until();
            return certificate.warning(clock.instant()).isEmpty()
                    ? new Ability(name, true, evidence, effect, "")
                    : new Ability(name, false, evidence, effect, "replace the file; it counts at once");
        } catch (IOException e) {
            return new Ability(name, false, String.valueOf(e.getMessage()), effect, "put the file back, or replace it");
        }
    }
}
