// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One path's publications.
 *
 * @param current what is offered; absent since it was removed
 * @param lastVersion the highest version ever given, so that none comes twice
 * @param former earlier publications, the newest first
 */
record ConfigHistory(Optional<PublishedConfig> current, long lastVersion, List<PublishedConfig> former) {

    static final ConfigHistory NONE = new ConfigHistory(Optional.empty(), 0, List.of());

    ConfigHistory {
        former = List.copyOf(former);
    }

    ConfigHistory publish(Publication publication, int keep) {
        if (current.filter(now -> now.publication().equals(publication)).isPresent()) {
            return this;
        }
        PublishedConfig next = PublishedConfig.of(lastVersion + 1, publication);
        return new ConfigHistory(Optional.of(next), next.version(), retire(keep));
    }

    ConfigHistory remove(int keep) {
        return new ConfigHistory(Optional.empty(), lastVersion, retire(keep));
    }

    /** Goes one publication back, under a new version; doing it again goes further back. */
    Optional<ConfigHistory> rollback() {
        if (former.isEmpty()) {
            return Optional.empty();
        }
        PublishedConfig next = PublishedConfig.of(lastVersion + 1, former.get(0).publication());
        return Optional.of(new ConfigHistory(Optional.of(next), next.version(), former.subList(1, former.size())));
    }

    private List<PublishedConfig> retire(int keep) {
        List<PublishedConfig> retired = new ArrayList<>();
        current.ifPresent(retired::add);
        retired.addAll(former);
        return retired.subList(0, Math.min(keep, retired.size()));
    }
}
