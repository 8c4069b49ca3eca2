// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** Waits on the locks of one kind in a map, since the event before. */
@Name("io.karst.LockContention")
@Label("eBPF Map Lock Contention")
@Description("Waits on the locks of one kind in an eBPF map since the event before")
@Category({"Operating System", "eBPF"})
@Period("1 s")
@StackTrace(false)
final class ContentionEvent extends Event {

    @Label("Map")
    String map = "";

    @Label("Map Id")
    int mapId;

    @Label("Map Type")
    String mapType = "";

    @Label("Lock Kind")
    String lockKind = "";

    @Label("Waits")
    long waits;

    @Label("Waited")
    @Description("Sum of the waits; with several waiters more than the time that went by")
    @Timespan(Timespan.NANOSECONDS)
    long waited;

    @Label("p99")
    @Timespan(Timespan.NANOSECONDS)
    long p99;

    @Label("Longest Wait")
    @Description("An upper bound, at most twice the true value")
    @Timespan(Timespan.NANOSECONDS)
    long longest;
}
