// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.stage;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A stage, or a service below the stages, whose references are satisfied, however far its work is. Each component that owns a
 * {@link StageRunner} is registered as a {@code Stage}, and nothing else; the runner registers what the component offers.
 */
@ConsumerType
public interface Stage {

    /** Component property: the stage's place in the flow, an {@code Integer} from 1. */
    String ORDER = "karst.stage.order";

    /** Component property: the stage's name, such as {@code initialize}. */
    String NAME = "karst.stage.name";

    /** How far the work is. */
    StageReport report();
}
