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
}
