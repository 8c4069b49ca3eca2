// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.locktracer.internal.pinned.HalfLinks;
import io.karst.locktracer.internal.pinned.HalfState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The attached contention programs and their memory. Whoever made it closes it; a start that fails has closed all it took.
 * What is pinned goes on counting after that, the rest is detached.
 */
final class KernelHalf implements Owned.Closing {
    private final Owned owned;
    private final SharedMemory memory;
    private final BpfProgram begin;
    private final BpfProgram end;
    private final Hook hook;
    private final Instant since;
    private final Optional<Path> pins;

    private KernelHalf(
            Owned owned,
            SharedMemory memory,
            BpfProgram begin,
            BpfProgram end,
            Hook hook,
            Instant since,
            Optional<Path> pins) {
        this.owned = owned;
        this.memory = memory;
        this.begin = begin;
        this.end = end;
        this.hook = hook;
        this.since = since;
        this.pins = pins;
    }

    /** Loads and attaches, and pins nothing. */
    static KernelHalf attached(Programs programs, TracerSizes sizes, Instant now) {
        return programs.loaded(
                sizes, Map.of(), (object, hook) -> ofObject(programs.bpf(), object, hook, sizes, Optional.of(now)));
    }

    /** Takes over the programs that take test runs and attaches nothing. */
    static KernelHalf detached(Bpf bpf, BpfObject object, TracerSizes sizes) {
        return ofObject(bpf, object, Hook.RAW_TP, sizes, Optional.empty());
    }

    /** Attaches now, or if there is no time, nothing. */
    private static KernelHalf ofObject(Bpf bpf, BpfObject object, Hook hook, TracerSizes sizes, Optional<Instant> now) {
        return closingAfterFailure(owned -> {
            owned.add(object::close);
            Function<String, BpfMap> maps = name -> switch (name) {
                case HalfMaps.LEDGER -> HalfMaps.ledger(bpf, sizes);
                case HalfMaps.KEPT -> HalfMaps.kept(bpf);
                default -> object.map(name);
            };
            SharedMemory memory = HalfMaps.mapped(maps, sizes, owned);
            if (now.isPresent()) {
                owned.add(hook.attachEnd(object)::close);
                owned.add(hook.attachBegin(object)::close);
            }
            return new KernelHalf(
                    owned,
                    memory,
                    object.program(hook.begin()),
                    object.program(hook.end()),
                    hook,
                    now.orElse(Instant.EPOCH),
                    Optional.empty());
        });
    }

    /** Takes hold of a half that is pinned, by the links of one asset. */
    static KernelHalf pinned(Bpf bpf, Path half, HalfState state, String digest) {
        return closingAfterFailure(owned -> {
            TracerSizes sizes = new TracerSizes(state.cpus(), state.slots(), state.lines());
            SharedMemory memory = HalfMaps.mapped(HalfMaps.pinned(bpf, half), sizes, owned);
            BpfProgram end = program(bpf, half.resolve(HalfLinks.END + digest), owned);
            BpfProgram begin = program(bpf, half.resolve(HalfLinks.BEGIN + digest), owned);
            Hook hook = Hook.ofBegin(begin.info().name());
            return new KernelHalf(owned, memory, begin, end, hook, state.since(), Optional.of(half));
        });
    }

    private static BpfProgram program(Bpf bpf, Path pin, Owned owned) {
        BpfLink link = bpf.pinnedLink(pin);
        owned.add(link::close);
        int id = link.info().programId();
        BpfProgram program = bpf.programById(id)
                .orElseThrow(() -> new IllegalStateException("program " + id + " of " + pin + " is gone"));
        owned.add(program::close);
        return program;
    }

    @SuppressWarnings("IllegalCatch") // whatever fails, what was taken is given back
    private static KernelHalf closingAfterFailure(Function<Owned, KernelHalf> making) {
        Owned owned = new Owned();
        try {
            return making.apply(owned);
        } catch (RuntimeException | Error e) {
            try {
                owned.close();
            } catch (RuntimeException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    SharedMemory memory() {
        return memory;
    }

    Hook hook() {
        return hook;
    }

    BpfProgram begin() {
        return begin;
    }

    BpfProgram end() {
        return end;
    }

    /** When it began to count. */
    Instant since() {
        return since;
    }

    /** Where it is pinned; empty if it is not. */
    Optional<Path> pins() {
        return pins;
    }

    /** Detaches what is not pinned, then frees the memory, then the programs and maps. */
    @Override
    public void close() {
        owned.close();
    }
}
