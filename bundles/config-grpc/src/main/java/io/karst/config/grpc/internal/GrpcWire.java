// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.grpc.netty.shaded.io.netty.util.concurrent.GlobalEventExecutor;
import io.karst.component.LoggedException;
import io.karst.remoteconfig.wire.ConfigBackend;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.remoteconfig.wire.ConfigWire.Endpoint;
import io.karst.remoteconfig.wire.ConfigWire.EndpointSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Both ends by gRPC over TLS. Keeps no end: who opens an end closes it. */
@Component(name = "io.karst.config-grpc")
public final class GrpcWire implements ConfigWire {

    private static final Logger LOG = LoggerFactory.getLogger(GrpcWire.class);
    private static final int PATIENCE_SECONDS = 5;

    private final Clock clock = Clock.systemUTC();

    @Override
    public ConfigTransport connect(ConnectionSettings settings) {
        return new GrpcTransport(settings, clock);
    }

    @Override
    public Endpoint serve(EndpointSettings settings, ConfigBackend backend) throws IOException {
        return GrpcEndpoint.listen(settings, backend, clock);
    }

    @Override
    public String selfSigned(String commonName, List<String> names, Instant now, Duration validity) {
        return SelfSigned.pem(commonName, names, now, validity);
    }

    @Override
    public String renewed(Path file, List<String> names, Instant now, Duration validity) throws IOException {
        return SelfSigned.renewed(Tls.parse(file, CredentialFiles.readSecret(file)), names, now, validity);
    }

    @Override
    public String issued(Path issuer, String commonName, Instant now, Duration validity) throws IOException {
        return SelfSigned.issued(
                issuer, Tls.parse(issuer, CredentialFiles.readSecret(issuer)), commonName, now, validity);
    }

    @Override
    public String withoutKey(Path file) throws IOException {
        return SelfSigned.pem(Tls.parse(file, CredentialFiles.readTrusted(file)).certificates());
    }

    @Override
    public List<CertificateDates> certificateDates(Path file) throws IOException {
        return Tls.parse(file, CredentialFiles.readTrusted(file)).certificates().stream()
                .map(certificate -> Validity.of(certificate).dates())
                .toList();
    }

    /** Waits for the thread that Netty has beside its event loops: it ends a second after its last use. Both ends are closed before. */
    @Deactivate
    void close() {
        try {
            if (!GlobalEventExecutor.INSTANCE.awaitInactivity(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a thread of Netty has not ended within {} s; it is left behind", PATIENCE_SECONDS);
            }
        } catch (IllegalStateException e) {
            LOG.debug("Netty has started no such thread", LoggedException.of(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
