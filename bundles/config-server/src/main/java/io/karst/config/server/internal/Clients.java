// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Remembers the last request of each client. Bounded: the least recently seen client is dropped first. Thread-safe. */
final class Clients {

    private final int most;
    private final Map<String, Seen> byId = new LinkedHashMap<>(16, 0.75f, true);

    Clients(int most) {
        this.most = most;
    }

    /** One client, as it described itself last. */
    record Seen(Client client, Instant at) {}

    synchronized void saw(Client client, Instant at) {
        byId.put(client.id(), new Seen(client, at));
        if (byId.size() > most) {
            Iterator<Seen> oldest = byId.values().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    synchronized List<Seen> all() {
        List<Seen> all = new ArrayList<>(byId.values());
        all.sort(Comparator.comparing(Seen::at).reversed());
        return all;
    }

    List<Seen> activeSince(Instant now, Duration within) {
        return all().stream()
                .filter(seen -> !seen.at().isBefore(now.minus(within)))
                .toList();
    }
}
