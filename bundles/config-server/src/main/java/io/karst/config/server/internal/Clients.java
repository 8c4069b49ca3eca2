// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.ConfigClients;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.Label;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers the last request of each client, as far as it is shown. Bounded in number and in bytes: the least recently seen client is
 * dropped first. Thread-safe.
 */
final class Clients {

    /** Most bytes of all that is remembered, about. */
    static final long MAX_BYTES = 32L << 20;

    private final int most;
    private final long maxBytes;
    private final Map<String, Seen> byId = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    Clients(int most, long maxBytes) {
        this.most = most;
        this.maxBytes = maxBytes;
    }

    /**
     * One client, as it described itself last.
     *
     * @param client cut to what is shown; see {@link SeenClient}
     * @param ahead how it has left this server behind; absent if it has not
     */
    record Seen(SeenClient client, Instant at, Optional<String> ahead) {

        /**
         * The same for faces.
         *
         * @param activeSince a client that was not seen since then is gone
         */
        ConfigClients.Status status(Instant activeSince) {
            Client shown = client.shown();
            State state = shown.state().orElseThrow();
            return new ConfigClients.Status(
                    shown.name(),
                    shown.id(),
                    shown.tags().stream().map(Label::shown).toList(),
                    at,
                    at.isBefore(activeSince),
                    state.targetsVersion(),
                    count(state, ApplyState.ACKNOWLEDGED),
                    count(state, ApplyState.UNACKNOWLEDGED) + client.leftOut(),
                    count(state, ApplyState.ERROR),
                    ahead.or(() -> Optional.of(state.error()).filter(error -> !error.isEmpty())));
        }

        private static int count(State state, ApplyState wanted) {
            return (int) state.configStates().stream()
                    .filter(config -> config.applyState() == wanted)
                    .count();
        }
    }

    synchronized void saw(SeenClient client, Instant at, Optional<String> ahead) {
        Seen before = byId.put(client.shown().id(), new Seen(client, at, ahead));
        bytes += client.bytes() - (before == null ? 0 : before.client().bytes());
        Iterator<Seen> oldest = byId.values().iterator();
        while (byId.size() > most || bytes > maxBytes) {
            bytes -= oldest.next().client().bytes();
            oldest.remove();
        }
    }

    /** Forgets those that were not seen since a time. */
    synchronized void forgetBefore(Instant from) {
        Iterator<Seen> seen = byId.values().iterator();
        while (seen.hasNext()) {
            Seen next = seen.next();
            if (next.at().isBefore(from)) {
                bytes -= next.client().bytes();
                seen.remove();
            }
        }
    }

    /** The most recently seen first. */
    List<Seen> all() {
        List<Seen> all;
        synchronized (this) {
            all = new ArrayList<>(byId.values());
        }
        all.sort(Comparator.comparing(Seen::at).reversed());
        return all;
    }

    /** Those that were seen at a time or later, the most recent first. */
    List<Seen> since(Instant from) {
        return all().stream().filter(seen -> !seen.at().isBefore(from)).toList();
    }

    /**
     * Clients that were seen lately, the most recent first.
     *
     * @param mostBytes of all; those beyond are left out
     */
    List<Client> activeSince(Instant now, Duration within, long mostBytes) {
        List<Client> active = new ArrayList<>();
        long left = mostBytes;
        for (Seen seen : since(now.minus(within))) {
            left -= seen.client().bytes();
            if (left < 0) {
                break;
            }
            active.add(seen.client().seenAt(seen.at()));
        }
        return active;
    }
}
