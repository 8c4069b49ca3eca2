// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.config.ApplyOutcome;
import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.RemoteConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Collects listeners' outcomes for the configurations in force. An outcome for another version or content is dropped. With several
 * listeners, one failure makes a configuration an error, and it is acknowledged when all that began have applied it. Thread-safe.
 */
final class Acknowledgements {

    private final Duration answerWithin;
    private final Map<String, Entry> entries = new TreeMap<>();

    Acknowledgements(Duration answerWithin) {
        this.answerWithin = answerWithin;
    }

    private static final class Entry {
        private final RemoteConfig config;
        private final long sinceNanos;
        private final Map<String, ApplyOutcome> byListener = new TreeMap<>();

        Entry(RemoteConfig config, long sinceNanos) {
            this.config = config;
            this.sinceNanos = sinceNanos;
        }
    }

    synchronized void expect(RemoteConfig config, long nowNanos) {
        Entry before = entries.get(config.path());
        if (before == null || !before.config.sameAs(config)) {
            entries.put(config.path(), new Entry(config, nowNanos));
        }
    }

    synchronized void forget(RemoteConfig config) {
        entries.remove(config.path());
    }

    /**
     * Takes an outcome; false if it was dropped. A listener begins and ends on two threads, and EventAdmin keeps the order for one
     * thread only: that it has begun may arrive after its end, and is dropped then.
     */
    synchronized boolean take(ApplyOutcome outcome) {
        Entry entry = entries.get(outcome.path());
        if (entry == null || !outcome.isAbout(entry.config)) {
            return false;
        }
        if (outcome.state() == ApplyState.UNACKNOWLEDGED) {
            return entry.byListener.putIfAbsent(outcome.listener(), outcome) == null;
        }
        entry.byListener.put(outcome.listener(), outcome);
        return true;
    }

    /**
     * Everything in force, with the outcome for the server.
     *
     * @param subscribers names of event handlers for a configuration; when nobody has answered in time, they are named
     * @return by path
     */
    synchronized List<AppliedConfig> all(long nowNanos, Function<RemoteConfig, List<String>> subscribers) {
        List<AppliedConfig> all = new ArrayList<>();
        entries.values().forEach(entry -> all.add(merged(entry, nowNanos, subscribers)));
        return all;
    }

    private AppliedConfig merged(Entry entry, long nowNanos, Function<RemoteConfig, List<String>> subscribers) {
        boolean late = nowNanos - entry.sinceNanos > answerWithin.toNanos();
        if (entry.byListener.isEmpty()) {
            List<String> silent = late ? subscribers.apply(entry.config) : List.of();
            return silent.isEmpty()
                    ? new AppliedConfig(entry.config, ApplyState.UNACKNOWLEDGED, "")
                    : new AppliedConfig(
                            entry.config,
                            ApplyState.ERROR,
                            "no answer within " + answerWithin + " from " + String.join(", ", silent));
        }
        for (ApplyOutcome outcome : entry.byListener.values()) {
            if (outcome.state() == ApplyState.ERROR) {
                return new AppliedConfig(entry.config, ApplyState.ERROR, outcome.listener() + ": " + outcome.reason());
            }
        }
        boolean all =
                entry.byListener.values().stream().allMatch(outcome -> outcome.state() == ApplyState.ACKNOWLEDGED);
        return new AppliedConfig(entry.config, all ? ApplyState.ACKNOWLEDGED : ApplyState.UNACKNOWLEDGED, "");
    }
}
