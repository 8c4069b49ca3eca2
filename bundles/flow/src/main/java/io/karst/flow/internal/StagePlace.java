// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import io.karst.stage.StageReport;

/**
 * A stage as its bundle declares it, started or not.
 *
 * @param order place in the flow, from 1; {@link StageReport#BESIDE} for a service beside the stages
 * @param name stage name
 * @param component name of the component that does its work
 * @param bundle symbolic name
 * @param started whether the bundle is active
 */
record StagePlace(int order, String name, String component, String bundle, boolean started) {

    /** Whether it is a service beside the stages. */
    boolean isBeside() {
        return order == StageReport.BESIDE;
    }
}
