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
import java.time.Instant;
import java.util.function.UnaryOperator;

/**
 * The repository and the keys that sign it. A change is on the disk before anybody is served it. Reading takes no lock.
 * Thread-safe.
 */
final class SignedStore {

    private static final RepositorySettings SETTINGS = RepositorySettings.DEFAULT;

    private final ServerFiles files;
    private final Clock clock;
    private final SecureRandom random;
    private RoleKeys targets;
    private volatile SignedRepository repository;

    private SignedStore(
            ServerFiles files, Clock clock, SecureRandom random, RoleKeys targets, SignedRepository repository) {
        this.files = files;
        this.clock = clock;
        this.random = random;
        this.targets = targets;
        this.repository = repository;
    }

    /**
     * Opens the stored repository; makes keys and an empty repository if there is none.
     *
     * @param files where
     * @param clock for signing
     * @param random for keys
     * @return the store
     * @throws IOException if a file is damaged, missing or open to others
     */
    static SignedStore open(ServerFiles files, Clock clock, SecureRandom random) throws IOException {
        try {
            if (files.readRepository().isEmpty()) {
                return create(files, clock, random);
            }
            SignedRepository stored =
                    SignedRepository.fromBytes(files.readRepository().get());
            SigningKey key = files.readTargetsKey()
                    .orElseThrow(() -> new IOException("the targets key is missing in " + files.folder()));
            if (!Files.exists(files.root())) {
                files.writeRoot(stored.roots().get(0));
            }
            SignedStore store = new SignedStore(files, clock, random, RoleKeys.of(key), stored);
            store.renewIfDue();
            return store;
        } catch (RefusedException e) {
            throw new IOException("the repository in " + files.folder() + " is damaged: " + e.getMessage(), e);
        }
    }

    private static SignedStore create(ServerFiles files, Clock clock, SecureRandom random) throws IOException {
        SigningKey root = SigningKey.generate(random);
        SigningKey targets = SigningKey.generate(random);
        files.writeRootKey(root);
        files.writeTargetsKey(targets);
        SignedRepository made =
                SignedRepository.create(SETTINGS, RoleKeys.of(root), RoleKeys.of(targets), clock.instant());
        files.writeRoot(made.roots().get(0));
        files.writeRepository(made.toBytes());
        return new SignedStore(files, clock, random, RoleKeys.of(targets), made);
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
     * Signs again once two thirds of the validity are over.
     *
     * @throws IOException if it cannot be stored
     */
    void renewIfDue() throws IOException {
        Instant due = repository.expires().minus(SETTINGS.targetsValidity().dividedBy(3));
        if (clock.instant().isBefore(due)) {
            return;
        }
        synchronized (this) {
            change(now -> now.renew(targets, clock.instant()));
        }
    }

    /**
     * New root and targets keys. The new keys are on the disk beside the old ones before anything is signed with them.
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
        files.writeRootKey(newRoot);
        files.writeTargetsKey(newTargets);
        files.writeRepository(rotated.toBytes());
        targets = RoleKeys.of(newTargets);
        repository = rotated;
    }

    private void change(UnaryOperator<SignedRepository> change) throws IOException {
        SignedRepository changed = change.apply(repository);
        files.writeRepository(changed.toBytes());
        repository = changed;
    }
}
