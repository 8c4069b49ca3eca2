// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.poll.PollTask;
import io.karst.remoteconfig.wire.ConfigWire;
import io.karst.remoteconfig.wire.ConfigWire.CertificateDates;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once a day, and to {@code karst:doctor}, which of the client's certificates end within 30 days. */
@Component(
        name = "io.karst.config-poller.certificates",
        service = {AbilityProbe.class, PollTask.class})
public final class CertificateWatch implements AbilityProbe, PollTask {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);
    private static final String EFFECT = "there is no connection to the configuration server from then on";

    private final ConfigWire wire;
    private final Supplier<Optional<Settings>> settings;
    private final Clock clock;

    /** Looks at the files that are set. */
    @Activate
    public CertificateWatch(
            @Reference(name = "configWire") ConfigWire wire,
            @Reference(name = "settings") ConfigPollerSettings settings) {
        this(wire, settings::findInForce, Clock.systemUTC());
    }

    CertificateWatch(ConfigWire wire, Supplier<Optional<Settings>> settings, Clock clock) {
        this.wire = wire;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public List<Ability> probe() {
        List<Ability> found = new ArrayList<>();
        Optional<Settings> inForce = settings.get().filter(Settings::enabled);
        if (inForce.isPresent()) {
            ConnectionSettings connection = inForce.get().connection();
            connection.trustAnchor().ifPresent(file -> found.add(ability("configuration client's trust anchor", file)));
            connection
                    .clientCertificate()
                    .ifPresent(file -> found.add(ability("configuration client's certificate", file)));
        }
        return found;
    }

    private Ability ability(String name, Path file) {
        try {
            List<CertificateDates> certificates = wire.certificateDates(file);
            List<String> warnings = certificates.stream()
                    .flatMap(certificate -> certificate.warning(clock.instant()).stream()
                            .map(warning -> file + ": its certificate " + warning))
                    .toList();
            return warnings.isEmpty()
                    ? new Ability(
                            name,
                            true,
                            file + " is valid until " + certificates.get(0).until(),
                            EFFECT,
                            "")
                    : new Ability(
                            name,
                            false,
                            String.join("; ", warnings),
                            EFFECT,
                            "get a new one from the server; the file counts as soon as it is replaced");
        } catch (IOException e) {
            return new Ability(name, false, String.valueOf(e.getMessage()), EFFECT, "put the file there");
        }
    }

    @Override
    public String name() {
        return "config-certificates";
    }

    @Override
    public Duration interval() {
        return Duration.ofDays(1);
    }

    @Override
    public void poll() {
        for (Ability ability : probe()) {
            if (!ability.present()) {
                LOG.warn("{}: {}", ability.ability(), ability.evidence());
            }
        }
    }
}
