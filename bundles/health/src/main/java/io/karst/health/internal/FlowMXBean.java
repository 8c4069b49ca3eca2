// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import java.util.List;

/** State of the stages, as {@code io.karst:type=Flow}. Only reads, so that Karaf's rules let viewers ask. */
public interface FlowMXBean {

    /** Whether all stages are ready. */
    boolean isReady();

    /** All stages, in order, then services beside them. */
    List<Stage> getStages();

    /** One stage. */
    interface Stage {

        /** Position, from 1; 0 for a service beside the stages. */
        int getOrder();

        /** Name. */
        String getName();

        /** {@code READY}, {@code WAITING} or {@code FAILED}. */
        String getState();

        /** When the state began, UTC. */
        String getSince();

        /** How long its start took, ms. */
        long getDurationMillis();

        /** What it waits for. */
        List<String> getWaitingFor();

        /** Why its last attempt failed; empty if it did not. */
        String getLastError();
    }
}
