// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.FileHash;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.tuf.TargetsMetadata.TargetEntry;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A client of TUF repositories with all roles (specification 1.0.34, section 5), as a function from state to state. */
public final class TufClient {

    private final Fetcher fetcher;
    private final Clock clock;

    /**
     * Prepares a client.
     *
     * @param fetcher where files come from
     * @param clock what expiry is measured by; read once for each update (5.1)
     */
    public TufClient(Fetcher fetcher, Clock clock) {
        this.fetcher = fetcher;
        this.clock = clock;
    }

    /**
     * Brings the four top-level roles up to date.
     *
     * @return what to keep from now on
     */
    public TufResult refresh(TufState state) {
        TufUpdate update = new TufUpdate(fetcher, clock.instant(), state);
        try {
            update.refresh();
            return new TufResult(update.state(), Optional.empty(), Map.of());
        } catch (RefusedException e) {
            return new TufResult(update.state(), Optional.of(e.refusal()), Map.of());
        }
    }

    /**
     * Brings the roles up to date and fetches target files.
     *
     * @param local files held already, by target path; they are not fetched again if they are still right
     * @return what to keep from now on, and the files; those before a refusal are good
     */
    public TufResult download(TufState state, List<String> paths, Map<String, Bytes> local) {
        TufUpdate update = new TufUpdate(fetcher, clock.instant(), state);
        Map<String, Bytes> files = new HashMap<>();
        try {
            update.refresh();
            for (String path : paths) {
                TargetEntry entry = update.find(path);
                files.put(path, file(entry, Optional.ofNullable(local.get(path)), update.consistentSnapshot()));
            }
            return new TufResult(update.state(), Optional.empty(), files);
        } catch (RefusedException e) {
            return new TufResult(update.state(), Optional.of(e.refusal()), files);
        }
    }

    /** 5.7.2 and 5.7.3: the file is what the targets say, or it is refused. */
    private Bytes file(TargetEntry entry, Optional<Bytes> local, boolean consistent) {
        if (local.isPresent() && isGood(entry, local.get())) {
            return local.get();
        }
        Bytes content = fetch(entry, consistent);
        entry.check(content);
        return content;
    }

    private Bytes fetch(TargetEntry entry, boolean consistent) {
        if (!consistent) {
            return fetcher.fetch("targets/" + entry.path(), entry.length())
                    .orElseThrow(() -> TufUpdate.absent("targets/" + entry.path()));
        }
        int name = entry.path().lastIndexOf('/') + 1;
        for (FileHash hash : entry.hashes()) {
            String path = entry.path().substring(0, name) + hash.hash() + "."
                    + entry.path().substring(name);
            Optional<Bytes> content = fetcher.fetch("targets/" + path, entry.length());
            if (content.isPresent()) {
                return content.get();
            }
        }
        throw TufUpdate.absent("targets/" + entry.path());
    }

    private static boolean isGood(TargetEntry entry, Bytes content) {
        try {
            entry.check(content);
            return true;
        } catch (RefusedException e) {
            return false;
        }
    }
}
