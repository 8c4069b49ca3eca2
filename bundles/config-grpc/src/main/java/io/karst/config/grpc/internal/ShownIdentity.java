// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import java.io.IOException;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows the certificate that a file holds now. A handshake asks for the alias first and for chain and key by it afterwards: an alias names
 * one content of the file, so that a change in between does not mix two.
 */
final class ShownIdentity extends X509ExtendedKeyManager {

    private final WatchedFile<Identity> watched;

    ShownIdentity(WatchedFile<Identity> watched) {
        this.watched = watched;
    }

    /**
     * One content of the file.
     *
     * @param alias names it
     * @param manager knows certificate and key by the alias
     */
    record Identity(String alias, X509ExtendedKeyManager manager) {}

    /** Reads the file now. */
    void refresh() throws IOException {
        watched.refresh();
    }

    private X509ExtendedKeyManager manager() {
        return watched.current().manager();
    }

    private Optional<X509ExtendedKeyManager> by(String alias) {
        return watched.accepted().stream()
                .filter(identity -> identity.alias().equals(alias))
                .map(Identity::manager)
                .findFirst();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
        return manager().getClientAliases(keyType, issuers);
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return manager().chooseClientAlias(keyTypes, issuers, socket);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        return manager().chooseEngineClientAlias(keyTypes, issuers, engine);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal[] issuers) {
        return manager().getServerAliases(keyType, issuers);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return manager().chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return manager().chooseEngineServerAlias(keyType, issuers, engine);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return by(alias).map(manager -> manager.getCertificateChain(alias)).orElse(null);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return by(alias).map(manager -> manager.getPrivateKey(alias)).orElse(null);
    }
}
