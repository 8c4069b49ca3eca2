// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import io.karst.stage.StageReport;
import java.util.List;
import java.util.Optional;

/** Installed stages, started or not, and the reports of those that run. */
interface Bundles {

    /** In flow order. */
    List<StagePlace> stages();

    /** Report of this component's runner; empty while the component does not exist. */
    Optional<StageReport> running(String component);

    /** Whether a bundle declares that it registers this interface. */
    boolean offers(long bundleId, String interfaceName);

    /** Symbolic name of a bundle that could offer this interface but is not started. */
    Optional<String> dormantProvider(String interfaceName);
}
