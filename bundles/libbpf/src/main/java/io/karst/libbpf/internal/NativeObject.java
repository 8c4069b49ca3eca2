// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfException;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.ObjectSpec;
import java.util.List;
import java.util.function.Supplier;

/** A loaded object. */
final class NativeObject implements BpfObject {
    private final LibbpfContext context;
    private final OpenedObject opened;
    private final Lifetime lifetime;

    private NativeObject(LibbpfContext context, OpenedObject opened) {
        this.context = context;
        this.opened = opened;
        this.lifetime = new Lifetime("object " + opened.name(), opened::close);
    }

    /**
     * Opens, sets up and loads an object. libbpf cannot load an object twice: if the verifier's log does not fit its buffer,
     * the object is opened again with a larger one.
     */
    static NativeObject load(LibbpfContext context, ObjectSpec spec, long logBytes) {
        OpenedObject opened = OpenedObject.open(context, spec, logBytes);
        boolean loaded = false;
        try {
            opened.setUp(spec);
            LibbpfLog.Collected<Integer> result = opened.load();
            loaded = result.result() >= 0;
            if (loaded) {
                return new NativeObject(context, opened);
            }
            String log = opened.log();
            if (result.result() != -Errno.ENOSPC || log.isEmpty() || !opened.canGrow()) {
                throw refused(context, opened.name(), result, log);
            }
        } finally {
            if (!loaded) {
                opened.close();
            }
            context.freed().giveBack();
        }
        return load(context, spec, opened.largerLog());
    }

    private static BpfException refused(
            LibbpfContext context, String name, LibbpfLog.Collected<Integer> result, String log) {
        int errno = -result.result();
        BpfException plain = context.libraries().failure(errno, "bpf_object__load", name, result.why());
        if (log.isEmpty()) {
            return plain;
        }
        String message = plain.getMessage() + "; the verifier's last words: " + VerifierLog.lastWords(log);
        return new BpfException(Errno.name(errno), message, log);
    }

    @Override
    public List<String> mapNames() {
        return whileOpen(opened::mapNames);
    }

    @Override
    public BpfMap map(String name) {
        return whileOpen(() -> {
            int descriptor = context.bpf().bpf_map__fd(opened.map(name));
            return NativeMap.ofObject(context, lifetime, descriptor, name);
        });
    }

    @Override
    public BpfProgram program(String name) {
        return whileOpen(() -> {
            var program = opened.program(name);
            int descriptor = context.bpf().bpf_program__fd(program);
            if (descriptor < 0) {
                throw new IllegalArgumentException(opened.name() + ": program " + name + " was left out of the load");
            }
            return NativeProgram.ofObject(context, lifetime, descriptor, name, program);
        });
    }

    @Override
    public void close() {
        lifetime.close();
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
