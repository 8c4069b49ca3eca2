// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import io.karst.component.SafeText;
import io.karst.component.ServiceLookup;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LockContention;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Writes {@link ContentionEvent}s into JFR recordings that ask for them. JFR itself calls it once a period while there is such a recording;
 * without one, no counter is read.
 */
@Component(
        name = "io.karst.health.jfr",
        immediate = true,
        service = {})
public final class FlightRecording implements FlightRecorderListener {

    private record Lock(MapKey map, Optional<LockKind> kind) {
        static Lock of(LockWaits waits) {
            return new Lock(waits.key(), waits.kind());
        }
    }

    private final Supplier<Optional<ContentionSnapshot>> reading;
    private final Runnable hook = this::write;
    private @Nullable ContentionSnapshot last;

    /** Waits for recordings. */
    @Activate
    public FlightRecording(BundleContext context) {
        this(() -> new ServiceLookup(context).read(LockContention.class, LockContention::latest));
    }

    FlightRecording(Supplier<Optional<ContentionSnapshot>> reading) {
        this.reading = reading;
        FlightRecorder.register(ContentionEvent.class); // again, if this bundle was stopped before
        FlightRecorder.addListener(this);
        FlightRecorder.addPeriodicEvent(ContentionEvent.class, hook);
    }

    /** What was between two recordings belongs to neither. */
    @Override
    public synchronized void recordingStateChanged(Recording recording) {
        if (recording.getState() == RecordingState.RUNNING) {
            last = null;
        }
    }

    private synchronized void write() {
        ContentionSnapshot before = last;
        ContentionSnapshot now = reading.get().orElse(null);
        last = now;
        if (before == null || now == null || !before.from().equals(now.from())) {
            return; // nothing to compare with
        }
        Map<Lock, WaitCounters> earlier = new HashMap<>();
        before.perKind().forEach(waits -> earlier.put(Lock.of(waits), waits.counters()));
        for (LockWaits waits : now.perKind()) {
            WaitCounters since = waits.counters().minus(earlier.getOrDefault(Lock.of(waits), WaitCounters.NONE));
            if (since.count() > 0) {
                write(waits, since);
            }
        }
    }

    private static void write(LockWaits waits, WaitCounters since) {
        ContentionEvent event = new ContentionEvent();
        event.map = SafeText.of(waits.map());
        event.mapId = waits.mapId();
        event.mapType = SafeText.of(waits.type());
        event.lockKind = waits.kind().map(Enum::name).orElse("");
        event.waits = since.count();
        event.waited = since.totalNanos();
        event.p99 = since.percentile(0.99);
        event.longest = since.maxNanos();
        event.commit();
    }

    /** No recording gets more. */
    @Deactivate
    public void close() {
        FlightRecorder.removeListener(this);
        FlightRecorder.removePeriodicEvent(hook);
        FlightRecorder.unregister(ContentionEvent.class);
    }
}
