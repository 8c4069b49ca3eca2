// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** TLS with the certificate of a server's folder, for connections without gRPC. */
public final class ServerTls {

    private ServerTls() {}

    /**
     * Shows the certificate and trusts it.
     *
     * @param certificate with its key
     * @throws IOException if the file cannot be used
     * @throws GeneralSecurityException if this Java runtime has no TLS
     */
    public static SSLContext of(Path certificate) throws IOException, GeneralSecurityException {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(
                new KeyManager[] {Tls.identity(certificate, Duration.ZERO, Clock.systemUTC())},
                new TrustManager[] {Tls.trust(certificate, Duration.ZERO, Clock.systemUTC())},
                null);
        return tls;
    }
}
