// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfException;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * An object file in libbpf's hands. What was set before load is kept as well, because libbpf cannot load an object again:
 * when the verifier's log did not fit, the object is opened anew with more room and set up the same way.
 */
final class NativeObject implements BpfObject {
    private enum State {
        OPEN,
        LOADED,
        FAILED
    }

    private final Kernel kernel;
    private final ObjectFile file;
    private final Lifetime lifetime;
    private final List<Consumer<Pointer>> settings = new ArrayList<>();
    private ObjectFile.Opened opened;
    private State state = State.OPEN;

    private NativeObject(Kernel kernel, ObjectFile file, ObjectFile.Opened opened) {
        this.kernel = kernel;
        this.file = file;
        this.opened = opened;
        this.lifetime = new Lifetime("object " + file.name(), this::release);
    }

    static NativeObject open(Kernel kernel, ObjectFile file, long logBytes) {
        return new NativeObject(kernel, file, file.open(kernel, logBytes));
    }

    private synchronized void release() {
        file.close(kernel, opened);
    }

    @Override
    public List<String> mapNames() {
        LibBpf bpf = kernel.bpf();
        return whileOpen(() -> names(bpf::bpf_object__next_map, bpf::bpf_map__name));
    }

    @Override
    public List<String> programNames() {
        LibBpf bpf = kernel.bpf();
        return whileOpen(() -> names(bpf::bpf_object__next_program, bpf::bpf_program__name));
    }

    private List<String> names(
            BiFunction<Pointer, @Nullable Pointer, @Nullable Pointer> next, Function<Pointer, String> name) {
        List<String> names = new ArrayList<>();
        Pointer at = next.apply(opened.handle(), null);
        while (at != null) {
            names.add(name.apply(at));
            at = next.apply(opened.handle(), at);
        }
        return names;
    }

    @Override
    public void setMaxEntries(String map, long entries) {
        if (entries < 1 || entries > 0xffff_ffffL) {
            throw new IllegalArgumentException(map + ": " + entries + " entries are outside 1.." + 0xffff_ffffL);
        }
        set(object -> kernel.natives()
                .check(
                        kernel.bpf().bpf_map__set_max_entries(findMap(object, map), (int) entries),
                        "bpf_map__set_max_entries",
                        map));
    }

    @Override
    public void setReadOnlyVariable(String variable, long value) {
        set(object -> new ReadOnlyVariables(kernel.bpf(), object, file.name()).set(variable, value));
    }

    @Override
    public void setAutoload(String program, boolean load) {
        set(object -> kernel.natives()
                .check(
                        kernel.bpf().bpf_program__set_autoload(findProgram(object, program), (byte) (load ? 1 : 0)),
                        "bpf_program__set_autoload",
                        program));
    }

    /** libbpf keeps a copy of the descriptor. The pin is opened again if the object is. */
    @Override
    public void reuseMap(String map, Path pin) {
        set(object -> {
            Pointer own = findMap(object, map);
            int descriptor = kernel.openPinned(pin, "bpf-map");
            try {
                kernel.natives()
                        .check(
                                kernel.bpf().bpf_map__reuse_fd(own, descriptor),
                                "bpf_map__reuse_fd",
                                map + " by " + pin);
            } finally {
                kernel.natives().c().close(descriptor);
            }
        });
    }

    private synchronized void set(Consumer<Pointer> setting) {
        whileOpen(() -> {
            require(State.OPEN);
            setting.accept(opened.handle());
            settings.add(setting);
            return this;
        });
    }

    @Override
    public synchronized void load() {
        whileOpen(() -> {
            require(State.OPEN);
            state = State.FAILED;
            Prints.Collected<Integer> loaded = tryLoad();
            while (loaded.result() == -Errno.ENOSPC && !file.log(kernel, opened).isEmpty() && opened.canGrow()) {
                reopenWithMoreRoom();
                loaded = tryLoad();
            }
            if (loaded.result() < 0) {
                throw refused(-loaded.result(), loaded.why());
            }
            state = State.LOADED;
            return this;
        });
    }

    private Prints.Collected<Integer> tryLoad() {
        return kernel.prints().collectInt(() -> kernel.bpf().bpf_object__load(opened.handle()));
    }

    private void reopenWithMoreRoom() {
        ObjectFile.Opened larger = file.open(kernel, opened.largerLog());
        file.close(kernel, opened);
        opened = larger;
        settings.forEach(setting -> setting.accept(larger.handle()));
    }

    private BpfException refused(int errno, String why) {
        String log = file.log(kernel, opened);
        String call = "bpf_object__load";
        BpfException plain = kernel.natives().failure(errno, call, file.name(), why);
        if (log.isEmpty()) {
            return plain;
        }
        String message = plain.getMessage() + "; the verifier's last words: " + VerifierLog.lastWords(log);
        return new BpfException(call, file.name(), Errno.name(errno), message, log);
    }

    @Override
    public BpfMap map(String name) {
        return whileOpen(() -> {
            require(State.LOADED);
            Pointer map = findMap(opened.handle(), name);
            return NativeMap.ofObject(kernel, lifetime, kernel.bpf().bpf_map__fd(map), name);
        });
    }

    @Override
    public BpfProgram program(String name) {
        return whileOpen(() -> {
            require(State.LOADED);
            Pointer program = findProgram(opened.handle(), name);
            int descriptor = kernel.bpf().bpf_program__fd(program);
            if (descriptor < 0) {
                throw new IllegalArgumentException(file.name() + ": program " + name + " was left out of the load");
            }
            return NativeProgram.ofObject(kernel, lifetime, descriptor, name, program);
        });
    }

    @Override
    public void close() {
        lifetime.close();
    }

    private Pointer findMap(Pointer object, String name) {
        Pointer map = kernel.bpf().bpf_object__find_map_by_name(object, name);
        if (map == null) {
            throw new IllegalArgumentException(file.name() + " has no map " + name + ", only " + mapNames());
        }
        return map;
    }

    private Pointer findProgram(Pointer object, String name) {
        Pointer program = kernel.bpf().bpf_object__find_program_by_name(object, name);
        if (program == null) {
            throw new IllegalArgumentException(file.name() + " has no program " + name + ", only " + programNames());
        }
        return program;
    }

    private void require(State wanted) {
        if (state != wanted) {
            throw new IllegalStateException("object " + file.name() + " is " + state + ", not " + wanted);
        }
    }

    private <T> T whileOpen(Supplier<T> use) {
        lifetime.enter();
        try {
            return use.get();
        } finally {
            lifetime.leave();
        }
    }
}
