// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.libbpf.internal.NativeBpf;
import io.karst.locktracer.internal.pinned.PinLocation;
import io.karst.testing.ClasspathAssets;
import java.nio.file.Path;
import java.time.Clock;

/** A process that starts a tracer and dies at a certain call into the kernel, as by kill -9. */
final class DyingStart {
    /** Exit status when it died; 0 when the start had ended before. */
    static final int DIED = 9;

    private DyingStart() {}

    /**
     * Starts and dies.
     *
     * @param arguments pin instance, number of the build, lines for single locks, number of the call to die at
     */
    public static void main(String[] arguments) {
        int dying = Integer.parseInt(arguments[3]);
        Recorder recorder = new Recorder(number -> {
            if (number == dying) {
                Runtime.getRuntime().halt(DIED);
            }
            return false;
        });
        PinLocation location = new PinLocation(true, Path.of(PinLocation.DEFAULT_ROOT), arguments[0]);
        NativeBpf bpf = new NativeBpf();
        new LockTracerStage(
                new SelfTest.Parts(
                        recorder.before(bpf),
                        new ClasspathAssets(Integer.parseInt(arguments[1])),
                        new ScannedMaps(bpf),
                        new NamesOnly()),
                new TracerSettings(false, 10, Integer.parseInt(arguments[2]), 16384, 64, location, Timing.ALL),
                Clock.systemUTC());
        Runtime.getRuntime().halt(0);
    }
}
