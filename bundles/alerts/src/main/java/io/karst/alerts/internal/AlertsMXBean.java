// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import java.util.List;

/** The alerts for JMX, as {@code io.karst:type=Alerts}. It notifies of each alert that fires or is resolved. */
public interface AlertsMXBean {

    /** What notifications of an alert that fires have as type; that of one that is resolved ends in RESOLVED. */
    String FIRING = "io.karst.alert.FIRING";

    /** Number of locks that alerts fire on. */
    int getFiring();

    /** Whether the counters can be read, so that the states are known. */
    boolean isLooking();

    /** All alerts, as {@code karst:alerts} lists them. */
    List<Row> getAlerts();

    /** One alert, for one lock if it follows any. */
    interface Row {

        /** Name of the alert. */
        String getName();

        /** {@code INACTIVE}, {@code PENDING}, {@code FIRING} or {@code NOT_KNOWN}. */
        String getState();

        /** When the state began, UTC. */
        String getSince();

        /** Name of the map; empty if it follows none. */
        String getMap();

        /** Id of the map; 0 if it follows none. */
        int getMapId();

        /** Kind of lock; empty if it follows none. */
        String getKind();

        /** Value of the last reading with its unit; empty if nothing was measured. */
        String getValue();

        /** Threshold with its unit. */
        String getThreshold();
    }
}
