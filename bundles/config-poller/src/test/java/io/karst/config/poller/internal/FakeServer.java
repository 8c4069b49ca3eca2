// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.server.RepositorySettings;
import io.karst.remoteconfig.server.RoleKeys;
import io.karst.remoteconfig.server.SignedRepository;
import io.karst.remoteconfig.server.SigningKey;
import io.karst.remoteconfig.wire.ConfigBackend;
import io.karst.remoteconfig.wire.ConfigBackend.Answer;
import io.karst.remoteconfig.wire.ConfigBackend.RepositoryState;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.TransportException;
import io.karst.remoteconfig.wire.TransportException.Kind;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A real repository that answers as a test says: by itself, or behind a real endpoint. */
final class FakeServer implements ConfigTransport, ConfigBackend {

    static final ConfigPath PATH = ConfigPath.parse("employee/P/i/config");

    private final RoleKeys rootKeys;
    private final RoleKeys targetsKeys;
    private final List<ConfigRequest> asked = new CopyOnWriteArrayList<>();
    private volatile SignedRepository repository;
    private volatile Optional<Kind> failing = Optional.empty();
    private volatile UnaryOperator<ConfigResponse> spoil = UnaryOperator.identity();
    private volatile Optional<Kind> refusingFull = Optional.empty();
    private volatile boolean off;

    FakeServer(Instant now) {
        this(
                RepositorySettings.DEFAULT,
                RoleKeys.of(SigningKey.generate(new SecureRandom())),
                RoleKeys.of(SigningKey.generate(new SecureRandom())),
                now);
    }

    private FakeServer(RepositorySettings settings, RoleKeys rootKeys, RoleKeys targetsKeys, Instant now) {
        this.rootKeys = rootKeys;
        this.targetsKeys = targetsKeys;
        repository = SignedRepository.create(settings, rootKeys, targetsKeys, now);
    }

    /** Another server that signs with the same keys for some organisation. */
    FakeServer sibling(String organisation, Instant now) {
        return new FakeServer(RepositorySettings.DEFAULT.of(organisation), rootKeys, targetsKeys, now);
    }

    /** A backup: what it is now, with the same keys. */
    FakeServer copy() {
        FakeServer copy = new FakeServer(RepositorySettings.DEFAULT, rootKeys, targetsKeys, Instant.EPOCH);
        copy.repository = repository;
        return copy;
    }

    Bytes root() {
        return repository.roots().get(0);
    }

    void publish(String content, Instant now) {
        publish(PATH, content, now);
    }

    void publish(ConfigPath path, String content, Instant now) {
        repository = repository.publish(
                new Publication(path, Bytes.utf8(content), Optional.empty(), List.of()), targetsKeys, now);
    }

    void remove(Instant now) {
        repository = repository.remove(PATH, targetsKeys, now);
    }

    void renew(Instant now) {
        repository = repository.renew(targetsKeys, now);
    }

    void rotateRoot(Instant now) {
        repository = repository.rotate(rootKeys, rootKeys, targetsKeys, now);
    }

    void fail(Kind kind) {
        failing = Optional.of(kind);
    }

    /** Refuses requests that name what is held, as one that is too large or odd is refused. */
    void refuseFull(Kind kind) {
        refusingFull = Optional.of(kind);
    }

    void switchOff() {
        off = true;
    }

    void work() {
        failing = Optional.empty();
        refusingFull = Optional.empty();
        spoil = UnaryOperator.identity();
        off = false;
    }

    void spoil(UnaryOperator<ConfigResponse> how) {
        spoil = how;
    }

    /** From now on what another server would answer. */
    void impersonate(FakeServer other) {
        repository = other.repository;
    }

    List<ConfigRequest> asked() {
        return asked;
    }

    ConfigRequest lastAsked() {
        return asked.get(asked.size() - 1);
    }

    @Override
    public ConfigResponse exchange(ConfigRequest request) throws TransportException {
        if (failing.isPresent()) {
            asked.add(request);
            throw new TransportException(failing.get(), "as told", new IllegalStateException("test"));
        }
        boolean full = !request.cachedFiles().isEmpty()
                || !request.client()
                        .orElseThrow()
                        .state()
                        .orElseThrow()
                        .configStates()
                        .isEmpty();
        if (full && refusingFull.isPresent()) {
            asked.add(request);
            throw new TransportException(refusingFull.get(), "too much", new IllegalStateException("test"));
        }
        if (answer(request) instanceof Answer.Answered answered) {
            return answered.response();
        }
        throw new AssertionError("refused: " + request);
    }

    @Override
    public Answer answer(ConfigRequest request) {
        asked.add(request);
        if (off) {
            return new Answer.SwitchedOff();
        }
        Answer answer = repository.answer(request, Instant.EPOCH);
        return answer instanceof Answer.Answered answered
                ? new Answer.Answered(spoil.apply(answered.response()))
                : answer;
    }

    @Override
    public RepositoryState state() {
        return new RepositoryState(Map.of(), Map.of(), List.of());
    }

    @Override
    public void close() {
        asked.clear();
    }
}
