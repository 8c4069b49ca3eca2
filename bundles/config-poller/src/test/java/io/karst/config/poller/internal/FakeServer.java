// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.ConfigRequest;
import io.karst.remoteconfig.ConfigResponse;
import io.karst.remoteconfig.server.Answer;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.server.RepositorySettings;
import io.karst.remoteconfig.server.RoleKeys;
import io.karst.remoteconfig.server.SignedRepository;
import io.karst.remoteconfig.server.SigningKey;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.TransportException;
import io.karst.remoteconfig.wire.TransportException.Kind;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A real repository behind a transport that does what a test says. */
final class FakeServer implements ConfigTransport {

    static final ConfigPath PATH = ConfigPath.parse("employee/P/i/config");

    private final RoleKeys targetsKeys = RoleKeys.of(SigningKey.generate(new SecureRandom()));
    private SignedRepository repository;
    private final List<ConfigRequest> asked = new ArrayList<>();
    private Optional<Kind> failing = Optional.empty();
    private UnaryOperator<ConfigResponse> spoil = UnaryOperator.identity();

    FakeServer(Instant now) {
        repository = SignedRepository.create(
                RepositorySettings.DEFAULT, RoleKeys.of(SigningKey.generate(new SecureRandom())), targetsKeys, now);
    }

    Bytes root() {
        return repository.roots().get(0);
    }

    void publish(String content, Instant now) {
        repository = repository.publish(
                new Publication(PATH, Bytes.utf8(content), Optional.empty(), List.of()), targetsKeys, now);
    }

    void remove(Instant now) {
        repository = repository.remove(PATH, targetsKeys, now);
    }

    void renew(Instant now) {
        repository = repository.renew(targetsKeys, now);
    }

    void fail(Kind kind) {
        failing = Optional.of(kind);
    }

    void work() {
        failing = Optional.empty();
        spoil = UnaryOperator.identity();
    }

    void spoil(UnaryOperator<ConfigResponse> how) {
        spoil = how;
    }

    ConfigRequest lastAsked() {
        return asked.get(asked.size() - 1);
    }

    @Override
    public ConfigResponse exchange(ConfigRequest request) throws TransportException {
        asked.add(request);
        if (failing.isPresent()) {
            throw new TransportException(failing.get(), "as told", new IllegalStateException("test"));
        }
        Answer answer = repository.answer(request, Instant.EPOCH);
        if (answer instanceof Answer.Answered answered) {
            return spoil.apply(answered.response());
        }
        throw new AssertionError("refused: " + answer);
    }

    @Override
    public void close() {
        asked.clear();
    }
}
