// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.Label;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.server.PublishedConfig.Author;
import io.karst.remoteconfig.tuf.TargetsMetadata;
import io.karst.remoteconfig.tuf.TargetsMetadata.TargetEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The stored form of a repository; nothing in it is verified yet. */
record StoredRepository(
        RepositorySettings settings, List<Bytes> roots, Bytes targets, SortedMap<String, ConfigHistory> histories) {

    private static final String FORMAT = "karst-remote-config-repository";
    private static final int VERSION = 4;

    /** Without authors, and without what rollbacks left behind. */
    private static final int OLDEST_VERSION = 2;

    /** The first with names and labels of clients. */
    private static final int LABELS_VERSION = 4;

    private static final long NEVER = Long.MIN_VALUE;

    Bytes toBytes() {
        Bytes.Writer out = new Bytes.Writer(FORMAT, VERSION);
        out.number(settings.rootValidity().toSeconds());
        out.number(settings.targetsValidity().toSeconds());
        out.text(settings.organisation().orElse(""));
        out.number(settings.historyPerConfig());
        out.number(roots.size());
        roots.forEach(out::bytes);
        out.bytes(targets);
        out.number(histories.size());
        histories.forEach((path, history) -> {
            out.text(path);
            out.number(history.lastVersion());
            out.number(history.current().isPresent() ? 1 : 0);
            out.number(history.former().size());
            history.current().ifPresent(config -> write(out, config));
            history.former().forEach(config -> write(out, config));
            out.number(history.undone().size());
            history.undone().forEach(config -> write(out, config));
        });
        return out.finish();
    }

    private static void write(Bytes.Writer out, PublishedConfig config) {
        out.number(config.version());
        out.bytes(config.content());
        out.number(config.expires().map(Instant::getEpochSecond).orElse(NEVER));
        out.number(config.predicates().size());
        for (TracerPredicate predicate : config.predicates()) {
            out.text(predicate.clientId());
            out.text(predicate.service());
            out.text(predicate.environment());
            out.text(predicate.appVersion());
            out.text(predicate.tracerVersion());
            out.text(predicate.language());
            out.text(predicate.runtimeId());
            out.text(predicate.name());
            out.number(predicate.labels().size());
            predicate.labels().forEach(label -> out.text(label.toString()));
        }
        out.text(config.author().name());
        out.number(config.author().at().map(Instant::getEpochSecond).orElse(NEVER));
    }

    static StoredRepository read(Bytes stored) {
        Bytes.Reader in = Bytes.Reader.open(stored, FORMAT, OLDEST_VERSION, VERSION);
        RepositorySettings settings;
        List<Bytes> roots = new ArrayList<>();
        SortedMap<String, ConfigHistory> histories = new TreeMap<>();
        Bytes targets;
        try {
            settings = new RepositorySettings(
                    Duration.ofSeconds(in.number()),
                    Duration.ofSeconds(in.number()),
                    Optional.of(in.text()).filter(uuid -> !uuid.isEmpty()),
                    Math.toIntExact(in.number()));
            for (long left = in.count(); left > 0; left--) {
                roots.add(in.bytes());
            }
            targets = in.bytes();
            for (long left = in.count(); left > 0; left--) {
                String path = in.text();
                histories.put(path, history(in, ConfigPath.parse(path)));
            }
        } catch (IllegalArgumentException | ArithmeticException | java.time.DateTimeException e) {
            throw new RefusedException(new Refusal.DamagedState(e.toString()));
        }
        in.end();
        if (roots.isEmpty()) {
            throw new RefusedException(new Refusal.DamagedState("no root"));
        }
        return new StoredRepository(settings, roots, targets, histories);
    }

    private static ConfigHistory history(Bytes.Reader in, ConfigPath path) {
        long lastVersion = in.number();
        boolean offered = in.number() == 1;
        long former = in.count();
        Optional<PublishedConfig> current = offered ? Optional.of(config(in, path)) : Optional.empty();
        List<PublishedConfig> earlier = configs(in, path, former);
        List<PublishedConfig> undone = in.version() == OLDEST_VERSION ? List.of() : configs(in, path, in.count());
        return new ConfigHistory(current, lastVersion, earlier, undone);
    }

    private static List<PublishedConfig> configs(Bytes.Reader in, ConfigPath path, long count) {
        List<PublishedConfig> configs = new ArrayList<>();
        for (long left = count; left > 0; left--) {
            configs.add(config(in, path));
        }
        return configs;
    }

    private static PublishedConfig config(Bytes.Reader in, ConfigPath path) {
        long version = in.number();
        Bytes content = in.bytes();
        long end = in.number();
        List<TracerPredicate> predicates = new ArrayList<>();
        for (long left = in.count(); left > 0; left--) {
            predicates.add(new TracerPredicate(
                    in.text(),
                    in.text(),
                    in.text(),
                    in.text(),
                    in.text(),
                    in.text(),
                    in.text(),
                    in.version() < LABELS_VERSION ? "" : in.text(),
                    in.version() < LABELS_VERSION ? List.of() : labels(in)));
        }
        Author author = in.version() == OLDEST_VERSION ? Author.UNKNOWN : new Author(in.text(), time(in.number()));
        return PublishedConfig.of(version, new Publication(path, content, time(end), predicates), author);
    }

    private static List<Label> labels(Bytes.Reader in) {
        List<Label> labels = new ArrayList<>();
        for (long left = in.count(); left > 0; left--) {
            labels.add(Label.parse(in.text()));
        }
        return labels;
    }

    private static Optional<Instant> time(long seconds) {
        return seconds == NEVER ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
    }

    /** What is offered has to be what is signed, no more and no less. */
    static void checkOffered(Map<String, PublishedConfig> configs, TargetsMetadata targets) {
        if (!configs.keySet().equals(targets.targets().keySet())) {
            throw new RefusedException(new Refusal.DamagedState("the targets list other paths than are stored"));
        }
        configs.forEach((path, config) -> {
            TargetEntry entry = Optional.ofNullable(targets.targets().get(path))
                    .orElseThrow(() -> new RefusedException(new Refusal.NotInTargets(path)));
            entry.check(config.content());
        });
    }
}
