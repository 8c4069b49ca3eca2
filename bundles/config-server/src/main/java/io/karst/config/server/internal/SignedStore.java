// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.server.RepositorySettings;
import io.karst.remoteconfig.server.RoleKeys;
import io.karst.remoteconfig.server.SignedRepository;
import io.karst.remoteconfig.server.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * The repository and the keys that sign it. A change is on disk before it is served. Reading takes no lock.
 * Thread-safe.
 */
final class SignedStore {

    private static final Duration VALIDITY = RepositorySettings.DEFAULT.targetsValidity();
    private static final Duration RETRY = Duration.ofMinutes(1);

    private final ServerFiles files;
    private final Clock clock;
    private final SecureRandom random;
    private RoleKeys targets;
    private volatile SignedRepository repository;
    private volatile Instant renewAt;

    private SignedStore(
            ServerFiles files, Clock clock, SecureRandom random, RoleKeys targets, SignedRepository repository) {
        this.files = files;
        this.clock = clock;
        this.random = random;
        this.targets = targets;
        this.repository = repository;
        renewAt = dueAfter(repository);
    }

    private static Instant dueAfter(SignedRepository repository) {
        return repository.targetsExpire().minus(VALIDITY.dividedBy(3));
    }

    /**
     * Opens the stored repository; makes keys and an empty repository if there is none.
     *
     * @throws IOException if a file is damaged, missing or open to others
     */
    static SignedStore open(ServerFiles files, Clock clock, SecureRandom random) throws IOException {
        try {
            if (files.readRepository().isEmpty()) {
                return create(files, clock, random);
            }
            SignedRepository stored =
                    SignedRepository.fromBytes(files.readRepository().get());
            finishRotation(files, stored);
            SigningKey key = files.readTargetsKey()
                    .orElseThrow(() -> new IOException("the targets key is missing in " + files.folder()));
            if (!Files.exists(files.root())) {
                files.writeRoot(stored.roots().get(0));
            }
            SignedStore store = new SignedStore(files, clock, random, RoleKeys.of(key), stored);
            store.renewIfDue();
            return store;
        } catch (RefusedException e) {
            throw new IOException(
                    "the repository in " + files.folder() + " is damaged: " + e.getMessage()
                            + "; put a copy of the folder back, or remove it to begin anew with other keys",
                    e);
        }
    }

    private static SignedStore create(ServerFiles files, Clock clock, SecureRandom random) throws IOException {
        SigningKey root = SigningKey.generate(random);
        SigningKey targets = SigningKey.generate(random);
        files.writeKeys(root, targets);
        SignedRepository made = SignedRepository.create(
                RepositorySettings.DEFAULT.of(UUID.randomUUID().toString()),
                RoleKeys.of(root),
                RoleKeys.of(targets),
                clock.instant());
        files.writeRoot(made.roots().get(0));
        files.writeRepository(made.toBytes());
        return new SignedStore(files, clock, random, RoleKeys.of(targets), made);
    }

    /** After a crash while keys were rotated: the repository on the disk tells which keys it is signed with. */
    private static void finishRotation(ServerFiles files, SignedRepository stored) throws IOException {
        Optional<SigningKey> prepared = files.preparedTargetsKey();
        if (prepared.filter(stored::isTargetsKey).isPresent()) {
            files.commitKeys();
        } else {
            files.dropPreparedKeys();
        }
    }

    SignedRepository current() {
        return repository;
    }

    synchronized void publish(Publication publication) throws IOException {
        change(now -> now.publish(publication, targets, clock.instant()));
    }

    synchronized void remove(ConfigPath path) throws IOException {
        change(now -> now.remove(path, targets, clock.instant()));
    }

    synchronized void rollback(ConfigPath path) throws IOException {
        change(now -> now.rollback(path, targets, clock.instant()));
    }

    /**
     * Signs again once two thirds of the validity are over; after a failure at the next call a minute later.
     *
     * @throws IOException if it cannot be stored
     */
    void renewIfDue() throws IOException {
        if (!clock.instant().isBefore(renewAt)) {
            renew();
        }
    }

    private synchronized void renew() throws IOException {
        Instant now = clock.instant();
        if (now.isBefore(renewAt)) {
            return; // another thread has done it
        }
        renewAt = now.plus(RETRY);
        change(current -> current.renew(targets, now));
    }

    /**
     * New root and targets keys. The new ones are on the disk beside the old ones before anything is signed with them, and take their
     * place when the repository that they sign is on the disk: a crash in between loses neither.
     *
     * @throws IOException if the root key is not in its place, or something cannot be stored
     */
    synchronized void rotate() throws IOException {
        SigningKey oldRoot = files.readRootKey()
                .orElseThrow(() -> new IOException(files.rootKey() + " is not there: put the root key back to rotate"));
        SigningKey newRoot = SigningKey.generate(random);
        SigningKey newTargets = SigningKey.generate(random);
        SignedRepository rotated =
                repository.rotate(RoleKeys.of(oldRoot), RoleKeys.of(newRoot), RoleKeys.of(newTargets), clock.instant());
        files.prepareKeys(newRoot, newTargets);
        files.writeRepository(rotated.toBytes());
        targets = RoleKeys.of(newTargets);
        serve(rotated);
        files.commitKeys();
    }

    private void change(UnaryOperator<SignedRepository> change) throws IOException {
        SignedRepository changed = change.apply(repository);
        files.writeRepository(changed.toBytes());
        serve(changed);
    }

    private void serve(SignedRepository changed) {
        repository = changed;
        renewAt = dueAfter(changed);
    }
}
