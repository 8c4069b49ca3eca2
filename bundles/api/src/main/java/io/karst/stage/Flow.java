// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.stage;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The chain of installed stages, started or not. */
@ProviderType
public interface Flow {

    /** Reports on every installed stage, in flow order. */
    List<StageReport> stages();
}
