// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.client.OfflineProof;
import io.karst.remoteconfig.server.PublishedConfig.Author;
import io.karst.remoteconfig.tuf.RootMetadata;
import io.karst.remoteconfig.tuf.TargetsMetadata;
import io.karst.remoteconfig.wire.ConfigBackend.Answer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A director's repository of signed configurations: an immutable value; every change gives a new one. Holds no secret key. */
public final class SignedRepository {

    /** Most bytes of a request that gRPC servers take by default. */
    public static final int REQUEST_BYTES = 4 << 20;

    private static final int MAX_TARGETS = Integer.MAX_VALUE;
    private static final int MAX_CONFIGS = 10_000;
    private static final long MAX_FORMER_BYTES = 64L << 20;

    /** Nobody is believed who claims to be further ahead: it is no backup's age, and versions are not used up. */
    private static final long MOST_AHEAD = 1_000_000;

    private final RepositorySettings settings;
    private final List<Bytes> roots;
    private final RootMetadata root;
    private final Bytes targets;
    private final TargetsMetadata verifiedTargets;
    private final SortedMap<String, ConfigHistory> histories;
    private final SortedMap<String, PublishedConfig> configs;

    /** Everything is verified here, so that no repository exists whose own clients would refuse it. */
    SignedRepository(
            RepositorySettings settings, List<Bytes> roots, Bytes targets, SortedMap<String, ConfigHistory> histories) {
        this.settings = settings;
        this.roots = List.copyOf(roots);
        this.root = chain(roots);
        this.targets = targets;
        this.verifiedTargets = TargetsMetadata.verify(targets, root, MAX_TARGETS);
        this.histories = new TreeMap<>((Map<String, ConfigHistory>) histories);
        this.configs = new TreeMap<>();
        histories.forEach((path, history) -> history.current().ifPresent(config -> configs.put(path, config)));
        StoredRepository.checkOffered(configs, verifiedTargets);
    }

    private static RootMetadata chain(List<Bytes> roots) {
        RootMetadata root = RootMetadata.trusted(roots.get(0));
        for (Bytes raw : roots.subList(1, roots.size())) {
            root = root.next(raw, RootMetadata.MAX_BYTES);
        }
        return root;
    }

    /**
     * A new repository with root version 1 and no configuration.
     *
     * @param root keys of the root
     * @param targets keys of the targets
     */
    public static SignedRepository create(RepositorySettings settings, RoleKeys root, RoleKeys targets, Instant now) {
        Bytes first = SignedDocument.root(1, now.plus(settings.rootValidity()), root, targets, root.keys());
        Bytes none = SignedDocument.targets(1, settings, now, List.of(), targets.keys());
        return new SignedRepository(settings, List.of(first), none, new TreeMap<>());
    }

    /**
     * Publishes one configuration; the same path again replaces it. Publishing what is offered already only signs again. The result is one
     * that clients can follow, with requests of at most {@link #REQUEST_BYTES}.
     *
     * @param targetsKeys keys of the targets
     * @throws IllegalArgumentException if these are not the repository's keys, the content is empty, or clients could not follow
     */
    public SignedRepository publish(Publication publication, RoleKeys targetsKeys, Instant now) {
        return publish(publication, targetsKeys, now, "", REQUEST_BYTES);
    }

    /**
     * The same for a server with another limit.
     *
     * @param targetsKeys keys of the targets
     * @param by name of the user who publishes; empty if it is not known
     * @param maxRequestBytes largest request that the server takes
     * @throws IllegalArgumentException if these are not the repository's keys, the content is empty, or clients could not follow
     */
    public SignedRepository publish(
            Publication publication, RoleKeys targetsKeys, Instant now, String by, int maxRequestBytes) {
        if (publication.content().isEmpty()) {
            throw new IllegalArgumentException(
                    "The content of " + publication.path().product() + "/"
                            + publication.path().id() + " is empty: publish at least one byte, or withdraw it");
        }
        String path = publication.path().text();
        ConfigHistory history = histories.getOrDefault(path, ConfigHistory.NONE);
        SignedRepository next = with(
                path, history.publish(publication, Author.of(by, now), settings.historyPerConfig()), targetsKeys, now);
        next.checkServable(maxRequestBytes, now);
        return next;
    }

    /**
     * Checks with the client's own code that a client for which everything is meant takes the whole of it, and that its next request is
     * valid and not too large.
     *
     * @param maxRequestBytes what the server takes
     * @throws IllegalArgumentException if not; says why, and what to do
     */
    private void checkServable(int maxRequestBytes, Instant now) {
        if (configs.size() > MAX_CONFIGS) {
            throw new IllegalArgumentException("There would be " + configs.size() + " configurations; at most "
                    + MAX_CONFIGS + " are allowed. Withdraw some first");
        }
        ServableCheck.check(roots.get(roots.size() - 1), director().everything(), maxRequestBytes, now);
    }

    /**
     * How a client has left this repository behind, which happens when the repository was restored from a backup.
     *
     * @param told what the client holds
     * @return absent if it has not
     */
    public Optional<Ahead> ahead(State told) {
        if (told.rootVersion() > rootVersion()) {
            return Optional.of(new Ahead(
                    told.targetsVersion(),
                    "holds root version " + told.rootVersion() + ", the server has " + rootVersion()
                            + ": restore a newer copy of the server's folder, or reset the trust of the client"));
        }
        if (told.targetsVersion() > targetsVersion()) {
            return Optional.of(new Ahead(
                    told.targetsVersion(),
                    "holds targets version " + told.targetsVersion() + ", the server has " + targetsVersion()));
        }
        boolean other = told.targetsVersion() == targetsVersion()
                && BackendState.find(told.backendClientState())
                        .filter(held -> held.targetsVersion() == targetsVersion()
                                && !held.toBytes().equals(verifiedTargets.backendState()))
                        .isPresent();
        return other
                ? Optional.of(new Ahead(
                        told.targetsVersion(),
                        "holds another list under the server's targets version " + targetsVersion()))
                : Optional.empty();
    }

    /**
     * What a client holds that this repository never signed.
     *
     * @param targetsVersion as the client reports it
     * @param reason what it holds, and what is here
     */
    public record Ahead(long targetsVersion, String reason) {}

    /**
     * Signs the same targets again under a version above one that a client reports.
     *
     * @param reported a version further ahead than a million is not believed
     * @param targetsKeys keys of the targets
     * @return absent if it is not believed
     */
    public Optional<SignedRepository> renewAbove(long reported, RoleKeys targetsKeys, Instant now) {
        return reported - targetsVersion() > MOST_AHEAD
                ? Optional.empty()
                : Optional.of(sign(histories, roots, Math.max(reported, targetsVersion()) + 1, targetsKeys, now));
    }

    /**
     * Removes one configuration.
     *
     * @param targetsKeys keys of the targets
     * @throws IllegalArgumentException if there is none, or these are not the repository's keys
     */
    public SignedRepository remove(ConfigPath path, RoleKeys targetsKeys, Instant now) {
        ConfigHistory history = histories.getOrDefault(path.text(), ConfigHistory.NONE);
        if (history.current().isEmpty()) {
            throw new IllegalArgumentException("there is no configuration " + path);
        }
        return with(path.text(), history.remove(settings.historyPerConfig()), targetsKeys, now);
    }

    /**
     * Publishes a configuration's former content again, under a new version; also after it was removed. Doing it again goes further back.
     * The result is one that clients can follow, with requests of at most {@link #REQUEST_BYTES}.
     *
     * @param targetsKeys keys of the targets
     * @throws IllegalArgumentException if there is no former content, these are not the repository's keys, or clients could not follow
     */
    public SignedRepository rollback(ConfigPath path, RoleKeys targetsKeys, Instant now) {
        return rollback(path, targetsKeys, now, "", REQUEST_BYTES);
    }

    /**
     * The same for a server with another limit.
     *
     * @param targetsKeys keys of the targets
     * @param by name of the user who does it; empty if it is not known
     * @param maxRequestBytes largest request that the server takes
     * @throws IllegalArgumentException if there is no former content, these are not the repository's keys, or clients could not follow
     */
    public SignedRepository rollback(
            ConfigPath path, RoleKeys targetsKeys, Instant now, String by, int maxRequestBytes) {
        ConfigHistory history = histories
                .getOrDefault(path.text(), ConfigHistory.NONE)
                .rollback(Author.of(by, now), settings.historyPerConfig())
                .orElseThrow(() -> noEarlier(path));
        SignedRepository next = with(path.text(), history, targetsKeys, now);
        next.checkServable(maxRequestBytes, now);
        return next;
    }

    /**
     * What {@link #rollback(ConfigPath, RoleKeys, Instant)} publishes again.
     *
     * @throws IllegalArgumentException if there is no former content
     */
    public PublishedConfig previous(ConfigPath path) {
        return histories.getOrDefault(path.text(), ConfigHistory.NONE).former().stream()
                .findFirst()
                .orElseThrow(() -> noEarlier(path));
    }

    private static IllegalArgumentException noEarlier(ConfigPath path) {
        return new IllegalArgumentException(
                path.product() + "/" + path.id() + " has no earlier version to roll back to");
    }

    /**
     * Every version of a configuration that is kept, the newest first; also of one that was removed.
     *
     * @throws IllegalArgumentException if nothing was ever published there
     */
    public List<PublishedConfig> versions(ConfigPath path) {
        List<PublishedConfig> versions =
                histories.getOrDefault(path.text(), ConfigHistory.NONE).versions();
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("there is no configuration " + path);
        }
        return versions;
    }

    /**
     * One version of a configuration.
     *
     * @throws IllegalArgumentException if it is not kept; says which are
     */
    public PublishedConfig version(ConfigPath path, long version) {
        return versions(path).stream()
                .filter(config -> config.version() == version)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        path.product() + "/" + path.id() + " has no version " + version + ". Kept: "
                                + versions(path).stream()
                                        .map(config -> String.valueOf(config.version()))
                                        .collect(Collectors.joining(", "))));
    }

    /** Everything that was ever published, offered or not. */
    public List<ConfigPath> paths() {
        return histories.keySet().stream().map(ConfigPath::parse).toList();
    }

    /**
     * Signs the same targets again, which prolongs their validity.
     *
     * @param targetsKeys keys of the targets
     * @throws IllegalArgumentException if these are not the repository's keys
     */
    public SignedRepository renew(RoleKeys targetsKeys, Instant now) {
        return sign(histories, roots, targetsKeys, now);
    }

    /**
     * Makes the next root, signed by the old and the new root keys, and signs the targets again.
     *
     * @param oldRoot keys of the root so far
     * @param newRoot keys of the root from now on; may be the same
     * @param newTargets keys of the targets from now on; may be the same
     * @throws IllegalArgumentException if the old keys are not the repository's
     */
    public SignedRepository rotate(RoleKeys oldRoot, RoleKeys newRoot, RoleKeys newTargets, Instant now) {
        Set<SigningKey> signers = new LinkedHashSet<>(oldRoot.keys());
        signers.addAll(newRoot.keys());
        Bytes next = SignedDocument.root(
                rootVersion() + 1, now.plus(settings.rootValidity()), newRoot, newTargets, List.copyOf(signers));
        List<Bytes> chain = new ArrayList<>(roots);
        chain.add(next);
        return sign(histories, chain, newTargets, now);
    }

    private SignedRepository with(String path, ConfigHistory history, RoleKeys keys, Instant now) {
        SortedMap<String, ConfigHistory> next = new TreeMap<>((Map<String, ConfigHistory>) histories);
        next.put(path, history);
        ConfigHistory.bound(next, MAX_FORMER_BYTES);
        return sign(next, roots, keys, now);
    }

    private SignedRepository sign(
            SortedMap<String, ConfigHistory> next, List<Bytes> chain, RoleKeys keys, Instant now) {
        return sign(next, chain, targetsVersion() + 1, keys, now);
    }

    private SignedRepository sign(
            SortedMap<String, ConfigHistory> next, List<Bytes> chain, long version, RoleKeys keys, Instant now) {
        List<PublishedConfig> offered = next.values().stream()
                .flatMap(history -> history.current().stream())
                .toList();
        Bytes document = SignedDocument.targets(version, settings, now, offered, keys.keys());
        try {
            return new SignedRepository(settings, chain, document, next);
        } catch (RefusedException e) {
            throw new IllegalArgumentException("these keys do not sign for this repository: " + e.getMessage(), e);
        }
    }

    /**
     * Answers a client.
     *
     * @return the response, or which rule the request breaks
     */
    public Answer answer(ConfigRequest request, Instant now) {
        Optional<String> broken = RequestRules.broken(request);
        if (broken.isPresent()) {
            return new Answer.InvalidRequest(broken.get());
        }
        return new Answer.Answered(director().answer(request, now));
    }

    private Director director() {
        return new Director(
                roots,
                rootVersion(),
                targets,
                targetsVersion(),
                verifiedTargets.backendState(),
                expires(),
                configs.values());
    }

    /** Configurations offered, by path. */
    public SortedMap<String, PublishedConfig> configs() {
        return java.util.Collections.unmodifiableSortedMap(configs);
    }

    /** Every root, the first one first. */
    public List<Bytes> roots() {
        return roots;
    }

    /** The current targets. */
    public Bytes targets() {
        return targets;
    }

    /** Version of the current root. */
    public long rootVersion() {
        return root.version();
    }

    /** Version of the current targets. */
    public long targetsVersion() {
        return verifiedTargets.version();
    }

    /** Whether clients that hold the current targets say which they hold, not only their version. */
    public boolean hasIdentity() {
        return BackendState.find(verifiedTargets.backendState()).isPresent();
    }

    /** When the targets expire; {@link #renew} prolongs it. */
    public Instant targetsExpire() {
        return verifiedTargets.expires();
    }

    /** The organisation that the targets name; absent if none. */
    public Optional<String> organisation() {
        return settings.organisation();
    }

    /**
     * Whether a key signs the targets.
     *
     * @return whether the current root says so
     */
    public boolean isTargetsKey(SigningKey key) {
        return root.targetsKeyIds().contains(key.keyId());
    }

    /** Whether a key with this id signs roots or targets, by the current root. */
    public boolean isKey(String keyId) {
        return root.rootKeyIds().contains(keyId) || root.targetsKeyIds().contains(keyId);
    }

    /** When root or targets expire, whichever comes first. */
    public Instant expires() {
        return root.expires().isBefore(verifiedTargets.expires()) ? root.expires() : verifiedTargets.expires();
    }

    /** The form to store, with a format version and a digest. Holds no secret. */
    public Bytes toBytes() {
        return new StoredRepository(settings, roots, targets, histories).toBytes();
    }

    /**
     * Reads the stored form and verifies it.
     *
     * @param stored what {@link #toBytes} gave
     * @throws RefusedException if it is damaged or does not verify
     */
    public static SignedRepository fromBytes(Bytes stored) {
        StoredRepository read = StoredRepository.read(stored);
        return new SignedRepository(read.settings(), read.roots(), read.targets(), read.histories());
    }

    /**
     * Everything a third party needs to check the configurations offline; see {@link OfflineProof}. By file
     * name relative to the exported directory.
     */
    public SortedMap<String, Bytes> export() {
        SortedMap<String, Bytes> contents = new TreeMap<>();
        configs.forEach((path, config) -> contents.put(path, config.content()));
        return OfflineProof.files(roots, targets, contents);
    }
}
