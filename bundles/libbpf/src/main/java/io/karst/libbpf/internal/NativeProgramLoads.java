// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfException;
import io.karst.bpf.ProgramLoads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Pointer;

/**
 * Loads of programs as perf_event_open(2) announces them since Linux 5.1, by {@code PERF_RECORD_BPF_EVENT}. The kernel writes
 * the record on the CPU that loads the program, so each online CPU has an event and a ring buffer. Nobody reads the records: a
 * buffer mapped for reading only is never full, and poll(2) reports each new record once.
 *
 * <p>Numbers are those of uapi {@code linux/perf_event.h}, {@code asm-generic/mman-common.h} and {@code asm-generic/poll.h}.
 */
final class NativeProgramLoads implements ProgramLoads {
    /** {@code struct perf_event_attr} in its first version, {@code PERF_ATTR_SIZE_VER0}. */
    private static final int ATTR_BYTES = 64;

    private static final int ATTR_TYPE = 0;
    private static final int ATTR_SIZE = 4;
    private static final int ATTR_CONFIG = 8;
    private static final int ATTR_FLAGS = 40;
    private static final int ATTR_WAKEUP_WATERMARK = 48;
    private static final int PERF_TYPE_SOFTWARE = 1;
    private static final long PERF_COUNT_SW_DUMMY = 9;
    private static final long EXCLUDE_KERNEL = 1L << 5;
    private static final long EXCLUDE_HV = 1L << 6;
    private static final long WATERMARK = 1L << 14;
    private static final long BPF_EVENT = 1L << 30;
    private static final long PERF_FLAG_FD_CLOEXEC = 8;
    private static final int EVERY_PROCESS = -1;
    private static final int NO_GROUP = -1;

    private static final int PROT_READ = 1;
    private static final int MAP_SHARED = 1;
    private static final long MAP_FAILED = -1;

    /** {@code EFD_NONBLOCK | EFD_CLOEXEC}. */
    private static final int EVENTFD_FLAGS = 0x80800;

    /** {@code struct pollfd}. */
    private static final int POLLFD_BYTES = 8;

    private static final int POLLFD_EVENTS = 4;
    private static final int POLLFD_REVENTS = 6;
    private static final short POLLIN = 1;

    private final NativeLibraries libraries;
    private final int possibleCpus;
    private final Path onlineFile;
    private final long ringBytes;
    private final int wakeUp;
    private final Lifetime lifetime = new Lifetime("announcements of program loads", this::end);
    private final List<Ring> rings = new ArrayList<>();
    private String online = "";

    /** A CPU's event and its ring buffer. */
    private record Ring(int descriptor, long address) {}

    private NativeProgramLoads(NativeLibraries libraries, int possibleCpus, Path onlineFile) {
        this.libraries = libraries;
        this.possibleCpus = possibleCpus;
        this.onlineFile = onlineFile;
        ringBytes = 2L * libraries.c().getpagesize(); // the header, and the least memory for records
        wakeUp = libraries.c().eventfd(0, EVENTFD_FLAGS);
        if (wakeUp < 0) {
            throw failure("eventfd", "wake");
        }
    }

    /**
     * Opens an event on each online CPU.
     *
     * @param onlineFile lists the online CPUs; when it changes, all events are opened again
     * @throws BpfException if the kernel refuses
     */
    static NativeProgramLoads open(NativeLibraries libraries, int possibleCpus, Path onlineFile) {
        NativeProgramLoads loads = new NativeProgramLoads(libraries, possibleCpus, onlineFile);
        boolean complete = false;
        try {
            loads.openRings();
            complete = true;
            return loads;
        } finally {
            if (!complete) {
                loads.close();
            }
        }
    }

    private void openRings() {
        online = onlineCpus();
        long number = perfEventOpen();
        try (CallMemory memory = new CallMemory(libraries.runtime())) {
            Pointer attributes = memory.zeroed(ATTR_BYTES);
            attributes.putInt(ATTR_TYPE, PERF_TYPE_SOFTWARE);
            attributes.putInt(ATTR_SIZE, ATTR_BYTES);
            attributes.putLong(ATTR_CONFIG, PERF_COUNT_SW_DUMMY);
            attributes.putLong(ATTR_FLAGS, EXCLUDE_KERNEL | EXCLUDE_HV | WATERMARK | BPF_EVENT);
            attributes.putInt(ATTR_WAKEUP_WATERMARK, 1);
            for (int cpu = 0; cpu < possibleCpus; cpu++) {
                long descriptor =
                        libraries.c().syscall(number, attributes, EVERY_PROCESS, cpu, NO_GROUP, PERF_FLAG_FD_CLOEXEC);
                if (descriptor >= 0) {
                    rings.add(mapped((int) descriptor, cpu));
                } else if (libraries.lastError().getAsInt() != Errno.ENODEV) { // else the CPU is offline
                    throw failure("perf_event_open", "bpf_event on CPU " + cpu);
                }
            }
        }
    }

    /** The system call, which libc has no function for. */
    private static long perfEventOpen() {
        String machine = System.getProperty("os.arch", "not known");
        return switch (machine) {
            case "amd64" -> 298;
            case "aarch64" -> 241;
            default ->
                throw new BpfException("ENOSYS", "the number of perf_event_open is not known on machine " + machine);
        };
    }

    private Ring mapped(int descriptor, int cpu) {
        long address = libraries.c().mmap(null, ringBytes, PROT_READ, MAP_SHARED, descriptor, 0);
        if (address == MAP_FAILED) {
            BpfException failure = failure("mmap", "perf ring buffer of CPU " + cpu);
            libraries.c().close(descriptor);
            throw failure;
        }
        return new Ring(descriptor, address);
    }

    /** Empty if the file cannot be read; then CPUs that are added later are not noticed. */
    private String onlineCpus() {
        try {
            return Files.readString(onlineFile);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public synchronized void await(Duration longest) {
        if (!lifetime.tryEnter()) {
            return;
        }
        try (CallMemory memory = new CallMemory(libraries.runtime())) {
            if (!onlineCpus().equals(online)) {
                closeRings();
                openRings();
            }
            Pointer polled = memory.zeroed((rings.size() + 1) * POLLFD_BYTES);
            for (int i = 0; i <= rings.size(); i++) {
                int descriptor = i < rings.size() ? rings.get(i).descriptor() : wakeUp;
                polled.putInt((long) i * POLLFD_BYTES, descriptor);
                polled.putShort((long) i * POLLFD_BYTES + POLLFD_EVENTS, POLLIN);
            }
            int millis = (int) Math.min(longest.toMillis(), Integer.MAX_VALUE);
            int ready = libraries.c().poll(polled, rings.size() + 1L, millis);
            if (ready > 0) {
                settle(polled, memory);
            } else if (ready < 0 && libraries.lastError().getAsInt() != Errno.EINTR) {
                throw failure("poll", lifetime.what());
            }
        } finally {
            lifetime.leave();
        }
    }

    /** Takes back a wake-up, and closes events of which poll reports an error, because it would do so without end. */
    private void settle(Pointer polled, CallMemory memory) {
        if (events(polled, rings.size()) != 0) {
            libraries.c().read(wakeUp, memory.zeroed(Long.BYTES), Long.BYTES);
        }
        for (int i = rings.size() - 1; i >= 0; i--) {
            if ((events(polled, i) & ~POLLIN) != 0) {
                close(rings.remove(i));
            }
        }
    }

    private static short events(Pointer polled, int index) {
        return polled.getShort((long) index * POLLFD_BYTES + POLLFD_REVENTS);
    }

    @Override
    public void wake() {
        if (lifetime.tryEnter()) {
            try {
                signal();
            } finally {
                lifetime.leave();
            }
        }
    }

    private void signal() {
        try (CallMemory memory = new CallMemory(libraries.runtime())) {
            Pointer one = memory.zeroed(Long.BYTES);
            one.putLong(0, 1);
            libraries.c().write(wakeUp, one, Long.BYTES);
        }
    }

    /** Descriptors are closed when the current wait has ended. */
    @Override
    public void close() {
        if (lifetime.tryEnter()) {
            try {
                lifetime.close();
                signal();
            } finally {
                lifetime.leave();
            }
        }
    }

    private void end() {
        closeRings();
        libraries.c().close(wakeUp);
    }

    private void closeRings() {
        rings.forEach(this::close);
        rings.clear();
    }

    private void close(Ring ring) {
        libraries.c().munmap(ring.address(), ringBytes);
        libraries.c().close(ring.descriptor());
    }

    private BpfException failure(String call, String object) {
        return libraries.failure(libraries.lastError().getAsInt(), call, object, "");
    }
}
