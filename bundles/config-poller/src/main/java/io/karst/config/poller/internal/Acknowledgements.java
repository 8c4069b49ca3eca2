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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Collects listeners' outcomes for the configurations in force. An outcome for another version or content is dropped. It belongs to the
 * listener's registration, goes with it, and becomes a failure if a listener that has begun does not end in time. With several listeners,
 * one failure makes a configuration an error, and it is acknowledged when all that began have applied it. Thread-safe.
 */
final class Acknowledgements {

    private final Duration answerWithin;
    private final Map<String, Entry> entries = new TreeMap<>();

    Acknowledgements(Duration answerWithin) {
        this.answerWithin = answerWithin;
    }

    /**
     * Who answers. Two listeners of one name are two.
     *
     * @param name its name
     * @param id id of its registration; empty for a bundle that answers by events alone
     */
    private record Listener(String name, OptionalLong id) implements Comparable<Listener> {
        @Override
        public int compareTo(Listener other) {
            int byName = name.compareTo(other.name);
            return byName != 0 ? byName : Long.compare(id.orElse(-1), other.id.orElse(-1));
        }
    }

    private record Answer(ApplyOutcome outcome, long atNanos) {}

    private static final class Entry {
        private final RemoteConfig config;
        private final long sinceNanos;
        private final Map<Listener, Answer> answers = new TreeMap<>();

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
     *
     * @param listener id of the registration that it belongs to; empty if it is not known
     */
    synchronized boolean take(ApplyOutcome outcome, OptionalLong listener, long nowNanos) {
        Entry entry = entries.get(outcome.path());
        if (entry == null || !outcome.isAbout(entry.config)) {
            return false;
        }
        Listener who = new Listener(outcome.listener(), listener);
        Answer answer = new Answer(outcome, nowNanos);
        if (outcome.state() == ApplyState.UNACKNOWLEDGED) {
            return entry.answers.putIfAbsent(who, answer) == null;
        }
        entry.answers.put(who, answer);
        return true;
    }

    /**
     * Everything in force, with the outcome for the server.
     *
     * @param subscribers who is there to answer; when nobody has answered in time, the event handlers are named
     * @return by path
     */
    synchronized List<AppliedConfig> all(long nowNanos, Subscribers subscribers) {
        List<AppliedConfig> all = new ArrayList<>();
        entries.values().forEach(entry -> all.add(merged(entry, nowNanos, subscribers)));
        return all;
    }

    private AppliedConfig merged(Entry entry, long nowNanos, Subscribers subscribers) {
        entry.answers.keySet().removeIf(listener -> isGone(listener, entry.config, subscribers));
        if (entry.answers.isEmpty()) {
            List<String> silent = isLate(entry.sinceNanos, nowNanos) ? subscribers.of(entry.config) : List.of();
            return silent.isEmpty()
                    ? new AppliedConfig(entry.config, ApplyState.UNACKNOWLEDGED, "")
                    : new AppliedConfig(entry.config, ApplyState.ERROR, noAnswer(String.join(", ", silent)));
        }
        boolean all = true;
        Optional<String> late = Optional.empty();
        for (Answer answer : entry.answers.values()) {
            ApplyOutcome outcome = answer.outcome();
            if (outcome.state() == ApplyState.ERROR) {
                return new AppliedConfig(entry.config, ApplyState.ERROR, outcome.listener() + ": " + outcome.reason());
            }
            if (outcome.state() != ApplyState.ACKNOWLEDGED) {
                all = false;
                if (isLate(answer.atNanos(), nowNanos)) {
                    late = Optional.of(noAnswer(outcome.listener()));
                }
            }
        }
        return late.map(reason -> new AppliedConfig(entry.config, ApplyState.ERROR, reason))
                .orElse(new AppliedConfig(entry.config, all ? ApplyState.ACKNOWLEDGED : ApplyState.UNACKNOWLEDGED, ""));
    }

    private static boolean isGone(Listener listener, RemoteConfig config, Subscribers subscribers) {
        return listener.id().isPresent()
                ? !subscribers.registered(listener.id().getAsLong())
                : subscribers.of(config).isEmpty();
    }

    private boolean isLate(long sinceNanos, long nowNanos) {
        return nowNanos - sinceNanos > answerWithin.toNanos();
    }

    private String noAnswer(String names) {
        return "no answer within " + answerWithin + " from " + names;
    }
}
