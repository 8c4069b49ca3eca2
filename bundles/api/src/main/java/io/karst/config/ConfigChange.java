// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

/**
 * One configuration file that came, changed or went.
 *
 * @param kind what happened
 * @param config the file as it is now; for {@link Kind#REMOVED} as it was last
 */
public record ConfigChange(Kind kind, RemoteConfig config) {

    /** What happened. */
    public enum Kind {
        /** The file is new or has new content or a new version. */
        UPDATED,
        /** The file is no longer part of the configuration. */
        REMOVED
    }

    /** Topic that this change is published on. */
    public String topic() {
        return ConfigTopics.of(config.product(), kind);
    }

    /** Topics and property keys of the events about remote configuration. */
    public static final class ConfigTopics {

        /** What every topic here begins with. */
        public static final String PREFIX = "io/karst/config/";

        /** Everything here, for an {@code event.topics} property. */
        public static final String ALL = PREFIX + "*";

        /** Topic of an answer; its properties are {@link #OUTCOME} and, of a {@link ConfigListener}, {@link #LISTENER}. */
        public static final String APPLIED = PREFIX + "APPLIED";

        /**
         * What topics of changes by a command begin with, such as {@code io/karst/audit/config/PUBLISHED}. The property {@link #USER}
         * names who made it; the others say what was changed.
         */
        public static final String AUDIT = "io/karst/audit/config/";

        /** Event property that holds the name of a user, {@code unknown} without a login. */
        public static final String USER = "user";

        /** Event property that holds a {@link ConfigChange}. */
        public static final String CHANGE = "karst.config.change";

        /** Event property that holds an {@link ApplyOutcome}. */
        public static final String OUTCOME = "karst.config.outcome";

        /**
         * Event property that holds the {@code service.id} of the {@link ConfigListener} that answers, a {@code Long}. The answer
         * counts as long as that service is registered. Without it, the answer counts as long as any bundle subscribes to the
         * product.
         */
        public static final String LISTENER = "karst.config.listener";

        private ConfigTopics() {}

        /**
         * Topic on which a change is published.
         *
         * @return such as {@code io/karst/config/KARST_CONTENTION/UPDATED}
         */
        public static String of(String product, ConfigChange.Kind kind) {
            return PREFIX + product + "/" + kind.name();
        }
    }
}
