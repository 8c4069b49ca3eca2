// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.TestRun;
import io.karst.locktracer.internal.pinned.Ticker;
import io.karst.testing.ClasspathAssets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The contention programs, fed with made-up events on CPU 0; nothing is attached. */
final class Twins implements AutoCloseable {
    static final int SPIN = 1;
    static final int MUTEX_SPINNING = 0x21;
    static final int MUTEX_SLEEPING = 0x20;

    private final Closer closer = new Closer();
    private final SharedMemory memory;
    private final BpfProgram begin;
    private final BpfProgram end;
    private final RangeCounting counting;

    Twins(Bpf bpf, int slots, int lines) {
        this(bpf, new TracerSizes(bpf.possibleCpus(), bpf.possibleCpus(), slots, lines));
    }

    Twins(Bpf bpf, TracerSizes sizes) {
        BpfObject object = new ClasspathAssets()
                .load(
                        "lock_contention",
                        (asset, btf) -> new Programs(bpf, asset, btf).load(ProgramSet.RAW_TP, sizes, Map.of()));
        closer.add(object::close);
        memory = AttachedTracer.memory(bpf, object, sizes, closer);
        begin = object.program(ProgramSet.RAW_TP.begin());
        end = object.program(ProgramSet.RAW_TP.end());
        counting = new RangeCounting(memory, Ticker.SYSTEM);
    }

    /** Keeps this thread on CPU 0, because the programs tell waits apart by CPU and task. */
    static void pinThisThread() throws IOException, InterruptedException {
        pinThisThread(0);
    }

    static void pinThisThread(int cpu) throws IOException, InterruptedException {
        Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
        setAffinity(self.getFileName().toString(), Integer.toString(cpu));
    }

    /** Lets this thread run anywhere again. */
    static void unpinThisThread() throws IOException, InterruptedException {
        Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
        // not availableProcessors(), which tells only those this thread is kept on
        String online = Files.readString(Path.of("/sys/devices/system/cpu/online"));
        setAffinity(self.getFileName().toString(), online.strip());
    }

    private static void setAffinity(String thread, String cpus) throws IOException, InterruptedException {
        Process taskset = new ProcessBuilder("taskset", "-pc", cpus, thread)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (taskset.waitFor() != 0) {
            throw new IllegalStateException("taskset failed with " + taskset.exitValue());
        }
    }

    RangeCounting counting() {
        return counting;
    }

    SharedMemory memory() {
        return memory;
    }

    void begin(long lock, long flags) {
        begin(lock, flags, 0);
    }

    /** On the CPU on which this thread is kept. */
    void begin(long lock, long flags, int cpu) {
        run(begin, lock, flags, cpu);
    }

    void end(long lock, long returned) {
        end(lock, returned, 0);
    }

    void end(long lock, long returned, int cpu) {
        run(end, lock, returned, cpu);
    }

    void spin(long lock) {
        begin(lock, SPIN);
        end(lock, 0);
    }

    private static void run(BpfProgram program, long first, long second, int cpu) {
        byte[] context = ByteBuffer.allocate(2 * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(first)
                .putLong(second)
                .array();
        program.testRun(TestRun.withContext(context).onCpu(cpu));
    }

    @Override
    public void close() {
        closer.close();
    }
}
