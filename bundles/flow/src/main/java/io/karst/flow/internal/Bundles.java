// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import java.util.List;
import java.util.Optional;

/** What is installed, whether or not it runs. */
interface Bundles {

    /** In flow order. */
    List<StagePlace> stages();

    /** Symbolic name of a bundle that could offer this interface but is not started. */
    Optional<String> dormantProvider(String interfaceName);
}
