// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.stage;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A stage, or a service that stages need, whose references are satisfied; its work may not be done yet. A component
 * that owns a {@link StageRunner} is registered as a {@code Stage} only; the runner registers the component's services.
 */
@ConsumerType
public interface Stage {

    /** Component property: position of the stage in the flow, an {@code Integer} from 1, or {@link StageReport#BESIDE}. */
    String ORDER = "karst.stage.order";

    /** Component property: name of the stage, such as {@code initialize}. */
    String NAME = "karst.stage.name";

    /** State of the work. */
    StageReport report();
}
