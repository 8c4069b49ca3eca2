// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.karst.remoteconfig.wire.ConfigBackend;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.remoteconfig.wire.ConfigWire.Endpoint;
import io.karst.remoteconfig.wire.ConfigWire.EndpointSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Both ends by gRPC over TLS. Keeps nothing: who opens an end closes it. */
@Component(name = "io.karst.config-grpc")
public final class GrpcWire implements ConfigWire {

    @Override
    public ConfigTransport connect(ConnectionSettings settings) {
        return new GrpcTransport(settings);
    }

    @Override
    public Endpoint serve(EndpointSettings settings, ConfigBackend backend) throws IOException {
        return GrpcEndpoint.listen(settings, backend);
    }

    @Override
    public String selfSigned(String commonName, List<String> names, Instant now, Duration validity) {
        return SelfSigned.pem(commonName, names, now, validity);
    }
}
