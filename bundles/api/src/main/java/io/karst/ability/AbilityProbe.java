// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.ability;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** Probes abilities on request. Several bundles contribute one each; {@code karst:doctor} shows all. */
@ConsumerType
public interface AbilityProbe {

    /** Probes now. Never throws for a missing ability: that is a result. The order is stable. */
    List<Ability> probe();

    /** As {@link #probe}; a probe that throws becomes one ability that is not known, so that others are still shown. */
    @SuppressWarnings("IllegalCatch") // one bad probe must not hide the others
    default List<Ability> probeSafely() {
        try {
            return probe();
        } catch (RuntimeException e) {
            return List.of(new Ability(
                    getClass().getSimpleName(),
                    Answer.NOT_KNOWN,
                    "the probe itself failed: " + e,
                    "the result of this check is unknown",
                    "report this error, with the log"));
        }
    }
}
