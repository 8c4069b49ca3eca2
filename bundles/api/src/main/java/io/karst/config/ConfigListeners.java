// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

import io.karst.config.ApplyOutcome.ApplyState;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/** The {@link ConfigListener} services that are registered. Thread-safe. */
@ProviderType
public interface ConfigListeners {

    /** All of them, by name. */
    List<Status> listeners();

    /**
     * A listener.
     *
     * @param name its name
     * @param products the products whose configurations it applies
     * @param last outcome of its last change; empty before the first
     */
    record Status(String name, Set<String> products, Optional<Outcome> last) {

        /** Copies the set. */
        public Status {
            products = Set.copyOf(products);
        }
    }

    /**
     * The result of a change.
     *
     * @param kind what had happened to the file
     * @param product product of the file
     * @param id id of the file
     * @param version version of the file; of {@link ConfigChange.Kind#REMOVED} the last one
     * @param state {@code ACKNOWLEDGED} or {@code ERROR}
     * @param reason why, if it failed; else empty
     */
    record Outcome(ConfigChange.Kind kind, String product, String id, long version, ApplyState state, String reason) {

        /** The outcome of a change. */
        public static Outcome of(ConfigChange change, ApplyOutcome outcome) {
            RemoteConfig config = change.config();
            return new Outcome(
                    change.kind(), config.product(), config.id(), config.version(), outcome.state(), outcome.reason());
        }
    }
}
