// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.ConfigRequest;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/** A director's repository of signed configurations: an immutable value; every change gives a new one. Holds no secret key. */
@SuppressWarnings("DoNotCallSuggester") // the shape first: bodies follow
public final class SignedRepository {

    private SignedRepository() {}

    /**
     * A new repository with root version 1 and no configuration.
     *
     * @param settings how it signs
     * @param root keys of the root
     * @param targets keys of the targets
     * @param now time of signing
     * @return the repository
     */
    public static SignedRepository create(RepositorySettings settings, RoleKeys root, RoleKeys targets, Instant now) {
        throw new UnsupportedOperationException(settings + " " + root + " " + targets + " " + now);
    }

    /**
     * Publishes one configuration; the same path again replaces it.
     *
     * @param publication what
     * @param targets keys of the targets
     * @param now time of signing
     * @return the repository after it
     */
    public SignedRepository publish(Publication publication, RoleKeys targets, Instant now) {
        throw new UnsupportedOperationException(publication + " " + targets + " " + now);
    }

    /**
     * Removes one configuration.
     *
     * @param path which
     * @param targets keys of the targets
     * @param now time of signing
     * @return the repository after it
     * @throws IllegalArgumentException if there is none
     */
    public SignedRepository remove(ConfigPath path, RoleKeys targets, Instant now) {
        throw new UnsupportedOperationException(path + " " + targets + " " + now);
    }

    /**
     * Publishes a configuration's former content again, under a new version.
     *
     * @param path which
     * @param targets keys of the targets
     * @param now time of signing
     * @return the repository after it
     * @throws IllegalArgumentException if there is no former content
     */
    public SignedRepository rollback(ConfigPath path, RoleKeys targets, Instant now) {
        throw new UnsupportedOperationException(path + " " + targets + " " + now);
    }

    /**
     * Signs the same targets again, which prolongs their validity.
     *
     * @param targets keys of the targets
     * @param now time of signing
     * @return the repository after it
     */
    public SignedRepository renew(RoleKeys targets, Instant now) {
        throw new UnsupportedOperationException(targets + " " + now);
    }

    /**
     * Makes the next root, signed by the old and the new root keys, and signs the targets again.
     *
     * @param oldRoot keys of the root so far
     * @param newRoot keys of the root from now on; may be the same
     * @param targets keys of the targets from now on; may be the same
     * @param now time of signing
     * @return the repository after it
     */
    public SignedRepository rotate(RoleKeys oldRoot, RoleKeys newRoot, RoleKeys targets, Instant now) {
        throw new UnsupportedOperationException(oldRoot + " " + newRoot + " " + targets + " " + now);
    }

    /**
     * Answers a client.
     *
     * @param request what it sent
     * @param now for expiry
     * @return the response, or which rule the request breaks
     */
    public Answer answer(ConfigRequest request, Instant now) {
        throw new UnsupportedOperationException(request + " " + now);
    }

    /**
     * What is offered.
     *
     * @return configurations by path
     */
    public SortedMap<String, PublishedConfig> configs() {
        throw new UnsupportedOperationException();
    }

    /**
     * Every root, the first one first.
     *
     * @return signed metadata
     */
    public List<Bytes> roots() {
        throw new UnsupportedOperationException();
    }

    /**
     * The current targets.
     *
     * @return signed metadata
     */
    public Bytes targets() {
        throw new UnsupportedOperationException();
    }

    /**
     * Version of the current root.
     *
     * @return from 1
     */
    public long rootVersion() {
        throw new UnsupportedOperationException();
    }

    /**
     * Version of the current targets.
     *
     * @return from 1
     */
    public long targetsVersion() {
        throw new UnsupportedOperationException();
    }

    /**
     * When root or targets expire, whichever comes first.
     *
     * @return the earlier time
     */
    public Instant expires() {
        throw new UnsupportedOperationException();
    }

    /**
     * The form to store. Holds no secret.
     *
     * @return bytes with a format version and a digest
     */
    public Bytes toBytes() {
        throw new UnsupportedOperationException();
    }

    /**
     * Reads the stored form and verifies it.
     *
     * @param stored what {@link #toBytes} gave
     * @return the repository
     * @throws io.karst.remoteconfig.RefusedException if it is damaged or does not verify
     */
    public static SignedRepository fromBytes(Bytes stored) {
        throw new UnsupportedOperationException(stored.toString());
    }

    /**
     * Everything a third party needs to check the configurations offline: {@code <n>.root.json}, {@code targets.json}, and
     * {@code targets/<path>} for each configuration.
     *
     * @return content by file name relative to the exported directory
     */
    public SortedMap<String, Bytes> export() {
        throw new UnsupportedOperationException();
    }
}
