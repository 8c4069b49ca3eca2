// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.karst.config.grpc.proto.AgentSecureGrpc;
import io.karst.config.grpc.proto.Client;
import io.karst.config.grpc.proto.ClientGetConfigsRequest;
import io.karst.remoteconfig.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Lets nobody in without a token, and says who is asking: a client with a token of its own is the one that it was made for, whatever
 * its request says. Its certificate has to be made for it, too. The common token is for the host of the server itself, whose client calls
 * itself as it likes, but not by the name of another: that id is refused, and that name, which may just be the host's, does not count.
 */
final class ClientCheck implements ServerInterceptor {

    private static final String BEARER = "Bearer ";
    private static final String STATE =
            AgentSecureGrpc.getGetConfigStateMethod().getFullMethodName();

    private final WatchedFile<String> common;
    private final KnownClients known;

    ClientCheck(WatchedFile<String> common, KnownClients known) {
        this.common = common;
        this.known = known;
    }

    @Override
    public <A, B> ServerCall.Listener<A> interceptCall(
            ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
        String given = headers.get(GrpcTransport.AUTHORIZATION);
        if (given == null || !given.startsWith(BEARER)) {
            return refuse(call, Status.UNAUTHENTICATED.withDescription("no token"));
        }
        String token = given.substring(BEARER.length());
        Optional<String> owner =
                known.withToken(Bytes.utf8(token).digest("SHA-256").toHex());
        if (owner.isEmpty()) {
            return isCommon(token)
                    ? new Named<>(next.startCall(call, headers), call, Optional.empty())
                    : refuse(call, Status.UNAUTHENTICATED.withDescription("wrong token"));
        }
        Optional<Certificate> shown = certificate(call);
        if (shown.isPresent() && !shown.flatMap(ClientCheck::commonName).equals(owner)) {
            return refuse(
                    call,
                    Status.UNAUTHENTICATED.withDescription("the certificate is not that of client " + owner.get()));
        }
        if (call.getMethodDescriptor().getFullMethodName().equals(STATE)) {
            return refuse(
                    call, Status.PERMISSION_DENIED.withDescription("what other clients have is the server's to know"));
        }
        return new Named<>(next.startCall(call, headers), call, owner);
    }

    private static <A> ServerCall.Listener<A> refuse(ServerCall<A, ?> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    /** In constant time, so that timing tells nothing about the token. */
    private boolean isCommon(String token) {
        boolean accepted = false;
        for (String expected : common.accepted()) {
            accepted |= MessageDigest.isEqual(
                    expected.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
        }
        return accepted;
    }

    private static Optional<Certificate> certificate(ServerCall<?, ?> call) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        try {
            return session == null ? Optional.empty() : Optional.of(session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty(); // none is wanted here
        }
    }

    private static Optional<String> commonName(Certificate certificate) {
        if (!(certificate instanceof X509Certificate shown)) {
            return Optional.empty();
        }
        try {
            return new LdapName(shown.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(part -> part.getType().equals("CN"))
                            .map(Rdn::getValue)
                            .map(String::valueOf)
                            .findFirst();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }

    /** Puts the client's own name in its request. */
    private final class Named<A> extends SimpleForwardingServerCallListener<A> {

        private final ServerCall<A, ?> call;
        private final Optional<String> owner;
        private boolean refused;

        Named(ServerCall.Listener<A> next, ServerCall<A, ?> call, Optional<String> owner) {
            super(next);
            this.call = call;
            this.owner = owner;
        }

        @Override
        @SuppressWarnings("unchecked") // the same message, with another id and name
        public void onMessage(A message) {
            if (!(message instanceof Incoming<?> incoming)
                    || !(incoming.message().orElse(null) instanceof ClientGetConfigsRequest request)
                    || !request.hasClient()) {
                super.onMessage(message);
            } else if (owner.isPresent()) {
                super.onMessage((A) new Incoming<>(Optional.of(named(request, owner.get(), owner.get())), ""));
            } else if (known.isName(request.getClient().getId())) {
                refused = true;
                call.close(
                        Status.PERMISSION_DENIED.withDescription("another client has this id, and a token of its own"),
                        new Metadata());
            } else if (known.isName(request.getClient().getClientAgent().getName())) {
                ClientGetConfigsRequest nameless =
                        named(request, request.getClient().getId(), "");
                super.onMessage((A) new Incoming<>(Optional.of(nameless), ""));
            } else {
                super.onMessage(message);
            }
        }

        private static ClientGetConfigsRequest named(ClientGetConfigsRequest request, String id, String name) {
            ClientGetConfigsRequest.Builder named = request.toBuilder();
            Client.Builder client = named.getClientBuilder().setId(id);
            if (client.hasClientAgent()) {
                client.getClientAgentBuilder().setName(name);
            }
            return named.build();
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }
    }
}
