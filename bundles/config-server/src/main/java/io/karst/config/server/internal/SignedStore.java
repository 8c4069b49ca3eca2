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
    private final int maxRequestBytes;
    private RoleKeys targets;
    private volatile SignedRepository repository;
    private volatile Instant renewAt;
    private Instant overtakeAt = Instant.MIN;

    private SignedStore(
            ServerFiles files,
            Clock clock,
            SecureRandom random,
            int maxRequestBytes,
            RoleKeys targets,
            SignedRepository repository) {
        this.files = files;
        this.clock = clock;
        this.random = random;
        this.maxRequestBytes = maxRequestBytes;
        this.targets = targets;
        this.repository = repository;
        renewAt = dueAfter(repository);
    }

    private static Instant dueAfter(SignedRepository repository) {
        return repository.hasIdentity()
                ? repository.targetsExpire().minus(VALIDITY.dividedBy(3))
                : Instant.MIN; // signed by an earlier release
    }

    /**
     * Makes new keys and an empty repository.
     *
     * @param maxRequestBytes what is published must not make clients' requests larger
     * @throws IOException if they cannot be stored
     */
    static SignedStore create(ServerFiles files, Clock clock, SecureRandom random, int maxRequestBytes)
            throws IOException {
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
        return new SignedStore(files, clock, random, maxRequestBytes, RoleKeys.of(targets), made);
    }

    /**
     * Opens the stored repository.
     *
     * @param maxRequestBytes what is published must not make clients' requests larger
     * @throws IOException if a file is damaged, missing or open to others, or two do not belong together
     */
    static SignedStore open(ServerFiles files, Clock clock, SecureRandom random, int maxRequestBytes)
            throws IOException {
        try {
            SignedRepository stored = SignedRepository.fromBytes(files.readRepository());
            files.settleKeys(stored::isKey); // the process may have been killed while keys were rotated
            SigningKey key = files.readTargetsKey();
            if (!stored.isTargetsKey(key)) {
                throw new IOException("the targets key in " + files.folder()
                        + " is not the one that signed repository.bin: put both back from the same copy");
            }
            files.requireRoot(stored.roots().get(0));
            SignedStore store = new SignedStore(files, clock, random, maxRequestBytes, RoleKeys.of(key), stored);
            store.renewIfDue();
            return store;
        } catch (RefusedException e) {
            throw new IOException(
                    "the repository in " + files.folder() + " is damaged: " + e.getMessage()
                            + "; put a copy of the folder back, or move it away to begin anew with other keys",
                    e);
        }
    }

    SignedRepository current() {
        return repository;
    }

    /** Publishes for a user, and returns what is served from now on. */
    synchronized SignedRepository publish(Publication publication, String by) throws IOException {
        return change(now -> now.publish(publication, targets, clock.instant(), by, maxRequestBytes));
    }

    /** What {@link #publish} would make; it is dropped. */
    synchronized SignedRepository tryToPublish(Publication publication) {
        return repository.publish(publication, targets, clock.instant(), "", maxRequestBytes);
    }

    synchronized SignedRepository remove(ConfigPath path) throws IOException {
        return change(now -> now.remove(path, targets, clock.instant()));
    }

    /** Publishes the content before the present one again, for a user. */
    synchronized SignedRepository rollback(ConfigPath path, String by) throws IOException {
        return change(now -> now.rollback(path, targets, clock.instant(), by, maxRequestBytes));
    }

    /**
     * Signs again once two thirds of the validity are over; after a failure at the next call a minute later.
     *
     * @return whether it was due, and is done
     * @throws IOException if it cannot be stored
     */
    boolean renewIfDue() throws IOException {
        boolean due = !clock.instant().isBefore(renewAt);
        if (due) {
            renew();
        }
        return due;
    }

    private synchronized void renew() throws IOException {
        Instant now = clock.instant();
        if (now.isBefore(renewAt)) {
            return; // another thread has done it
        }
        renewAt = now.plus(RETRY);
        SignedRepository unused = change(current -> current.renew(targets, now));
    }

    /**
     * New root and targets keys. The new ones are on the disk beside the old ones before anything is signed with them, and take their
     * place when the repository that they sign is on the disk: a crash in between loses neither.
     *
     * @param passphrase needed if the root key is encrypted; the new one is encrypted with it, too
     * @throws IOException if the root key is not in its place, or something cannot be stored
     */
    synchronized void rotate(Optional<String> passphrase) throws IOException {
        files.settleKeys(repository::isKey);
        SigningKey oldRoot = rootKey(passphrase);
        SigningKey newRoot = SigningKey.generate(random);
        SigningKey newTargets = SigningKey.generate(random);
        SignedRepository rotated =
                repository.rotate(RoleKeys.of(oldRoot), RoleKeys.of(newRoot), RoleKeys.of(newTargets), clock.instant());
        files.prepareKeys(newRoot, newTargets, passphrase);
        files.writeRepository(rotated.toBytes());
        targets = RoleKeys.of(newTargets);
        serve(rotated);
        try {
            files.settleKeys(repository::isKey);
        } catch (IOException e) {
            throw new IOException(
                    "the keys were rotated, but keep names that end in .rotating until the next rotation or start: "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * Encrypts the root key where it is.
     *
     * @throws IOException if it is not in its place, not the repository's, or encrypted already
     */
    synchronized void encryptRootKey(String passphrase) throws IOException {
        files.settleKeys(repository::isKey);
        files.encryptRootKey(rootKey(Optional.empty()), passphrase);
    }

    private SigningKey rootKey(Optional<String> passphrase) throws IOException {
        SigningKey root = files.readRootKey(passphrase);
        if (!repository.isKey(root.keyId())) {
            throw new IOException(files.rootKey()
                    + " is not the root key of this repository: put the right one back, from the same copy");
        }
        return root;
    }

    /**
     * After this server was restored from a backup: signs again above what a client reports, so that clients take what is offered here.
     * At most once a minute, because any client may claim anything.
     *
     * @return whether it was done
     * @throws IOException if it cannot be stored
     */
    synchronized boolean overtake(long reported) throws IOException {
        Instant now = clock.instant();
        if (now.isBefore(overtakeAt)) {
            return false;
        }
        overtakeAt = now.plus(RETRY);
        Optional<SignedRepository> above = repository.renewAbove(reported, targets, now);
        if (above.isPresent()) {
            store(above.get());
        }
        return above.isPresent();
    }

    private SignedRepository change(UnaryOperator<SignedRepository> change) throws IOException {
        SignedRepository changed = change.apply(repository);
        store(changed);
        return changed;
    }

    private void store(SignedRepository changed) throws IOException {
        files.writeRepository(changed.toBytes());
        serve(changed);
    }

    private void serve(SignedRepository changed) {
        repository = changed;
        renewAt = dueAfter(changed);
    }
}
