// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.stage;

import java.time.Duration;
import java.time.Instant;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A stage whose work is done. Each stage component registers it together with its own service; the component property
 * {@link #ORDER} gives its place.
 */
@ConsumerType
public interface Stage {

    /** Component property: the stage's place in the flow, an {@code Integer} from 1. */
    String ORDER = "karst.stage.order";

    /** Component property: the stage's name, such as {@code initialize}. */
    String NAME = "karst.stage.name";

    /**
     * When the stage became ready.
     *
     * @return wall clock time
     */
    Instant readySince();

    /**
     * How long the stage's work took.
     *
     * @return time from activation to readiness
     */
    Duration startupDuration();
}
