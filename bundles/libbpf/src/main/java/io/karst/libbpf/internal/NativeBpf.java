// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.DirectoryClaim;
import io.karst.bpf.LinkInfo;
import io.karst.bpf.MapSpec;
import io.karst.bpf.ObjectSpec;
import io.karst.bpf.ProgramLoads;
import io.karst.bpf.RunTimes;
import io.karst.component.KernelText;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/** BPF through libbpf. Exists only if libbpf, capabilities and tracepoints are available. */
public final class NativeBpf implements Bpf, AutoCloseable {
    /** First size of the buffer for the verifier's log; grows if the log does not fit. */
    private static final long FIRST_LOG_BYTES = 16L << 20;

    /** {@code struct bpf_map_create_opts}, {@code bpf/bpf.h} of libbpf 1.1. */
    static final int CREATE_OPTS_BYTES = 48;

    static final int CREATE_FLAGS = 28;

    /** {@code BPF_STATS_RUN_TIME}, {@code enum bpf_stats_type} in uapi {@code linux/bpf.h}. */
    private static final int RUN_TIME = 0;

    private static final Path KERNEL_BTF = Path.of("/sys/kernel/btf/vmlinux");
    private static final Path ONLINE_CPUS = Path.of("/sys/devices/system/cpu/online");

    private final LibbpfContext context;
    private final long logBytes;

    /**
     * Loads libbpf and checks that it can be used.
     *
     * @throws BpfException if libbpf is missing or too old, or a capability or a tracepoint is missing; one line with the
     *     root cause and the remedy
     */
    public NativeBpf() {
        this(NativeLibraries.load(NativeLibraries.LIBBPF), Credentials.ofThisProcess(), FIRST_LOG_BYTES);
    }

    NativeBpf(NativeLibraries libraries, Credentials credentials, long logBytes) {
        credentials.obstacle().ifPresent(obstacle -> {
            throw obstacle.exception();
        });
        ContentionTracepoints.require(KERNEL_BTF, System.getProperty("os.version", "release unknown"));
        int cpus =
                libraries.check(libraries.bpf().libbpf_num_possible_cpus(), "libbpf_num_possible_cpus", "this machine");
        LibbpfLog log = new LibbpfLog(libraries, System::nanoTime);
        this.context = new LibbpfContext(
                libraries, log, new Mappings(libraries.c()), FreedMemory.of(NativeLibraries.glibc()), cpus);
        this.logBytes = logBytes;
        log.install();
    }

    /** Removes the callback for libbpf's messages. Handles that are still open stay usable. */
    @Override
    public void close() {
        context.log().close();
        context.mappings().sweep();
    }

    @Override
    public int possibleCpus() {
        return context.possibleCpus();
    }

    @Override
    public BpfObject load(ObjectSpec spec) {
        ElfCheck.check(spec.asset().content(), spec.asset().name());
        return NativeObject.load(context, spec, logBytes);
    }

    @Override
    public BpfMap createMap(MapSpec spec) {
        try (CallMemory memory = new CallMemory(context.libraries().runtime())) {
            var options = memory.zeroed(CREATE_OPTS_BYTES);
            options.putLong(0, CREATE_OPTS_BYTES);
            options.putInt(CREATE_FLAGS, spec.flags());
            int type = MapTypes.number(spec.type());
            int descriptor = context.bpf()
                    .bpf_map_create(type, spec.name(), spec.keySize(), spec.valueSize(), spec.maxEntries(), options);
            context.libraries().check(descriptor, "bpf_map_create", spec.type() + " " + spec.name());
            return NativeMap.opened(context, descriptor, spec.name());
        }
    }

    @Override
    public OptionalInt nextId(Type type, int after) {
        LibBpf bpf = context.bpf();
        int[] next = new int[1];
        int result = switch (type) {
            case MAP -> bpf.bpf_map_get_next_id(after, next);
            case PROGRAM -> bpf.bpf_prog_get_next_id(after, next);
        };
        if (result == -Errno.ENOENT) {
            return OptionalInt.empty();
        }
        context.libraries().check(result, "BPF_*_GET_NEXT_ID", type + " after " + after);
        return OptionalInt.of(next[0]);
    }

    @Override
    public Optional<BpfMap> mapById(int id) {
        return byId(context.bpf().bpf_map_get_fd_by_id(id), "bpf_map_get_fd_by_id", id)
                .map(descriptor -> NativeMap.opened(context, descriptor, "id " + id));
    }

    @Override
    public Optional<BpfProgram> programById(int id) {
        return byId(context.bpf().bpf_prog_get_fd_by_id(id), "bpf_prog_get_fd_by_id", id)
                .map(descriptor -> NativeProgram.opened(context, descriptor, "program " + id));
    }

    @Override
    public Optional<LinkInfo> linkInfo(int id) {
        return byId(context.bpf().bpf_link_get_fd_by_id(id), "bpf_link_get_fd_by_id", id)
                .map(
                        describing(descriptor -> new ObjectInfo(context.libraries()).link(descriptor, "link " + id))
                                ::apply);
    }

    /** Empty for ENOENT, and for EAGAIN, which a link returns that is still being created. */
    private Optional<Integer> byId(int result, String call, int id) {
        if (result == -Errno.ENOENT || result == -Errno.EAGAIN) {
            return Optional.empty();
        }
        return Optional.of(context.libraries().check(result, call, "id " + id));
    }

    private <T> IntFunction<T> describing(IntFunction<T> describe) {
        return descriptor -> {
            try {
                return describe.apply(descriptor);
            } finally {
                context.libraries().c().close(descriptor);
            }
        };
    }

    @Override
    public BpfMap pinnedMap(Path path) {
        return NativeMap.opened(context, context.openPinned(path, "bpf-map"), KernelText.of(path));
    }

    @Override
    public BpfLink pinnedLink(Path path) {
        return NativeLink.opened(context, context.openPinned(path, "bpf-link"), KernelText.of(path));
    }

    @Override
    public ProgramLoads programLoads() {
        return NativeProgramLoads.open(context.libraries(), context.possibleCpus(), ONLINE_CPUS);
    }

    @Override
    public Optional<DirectoryClaim> claim(Path directory) {
        return DirectoryLock.of(context.libraries(), directory);
    }

    @Override
    public RunTimes measureRunTimes() {
        LibbpfContext used = context;
        int descriptor = used.libraries()
                .check(used.bpf().bpf_enable_stats(RUN_TIME), "bpf_enable_stats", "run times of all programs");
        Lifetime lifetime = new Lifetime("run times", () -> used.libraries().c().close(descriptor));
        return lifetime::close;
    }
}
