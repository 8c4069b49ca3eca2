// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.locktracer.internal.pinned.GenerationHeader;
import io.karst.locktracer.internal.pinned.PinnedLinks;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The attached contention programs and their memory. The caller that created it closes it; a start that fails closes
 * everything it opened. After closing, whatever is pinned continues to count and the rest is detached.
 */
final class AttachedTracer implements Closer.Closing {
    private final Closer closer;
    private final SharedMemory memory;
    private final BpfProgram begin;
    private final BpfProgram end;
    private final ProgramSet set;
    private final Instant since;
    private final Optional<Path> pins;

    private AttachedTracer(
            Closer closer,
            SharedMemory memory,
            BpfProgram begin,
            BpfProgram end,
            ProgramSet set,
            Instant since,
            Optional<Path> pins) {
        this.closer = closer;
        this.memory = memory;
        this.begin = begin;
        this.end = end;
        this.set = set;
        this.since = since;
        this.pins = pins;
    }

    /** Loads and attaches, and pins nothing. Has half the sizes for as long as the kernel has no memory for them. */
    static AttachedTracer attached(Programs programs, TracerSizes wanted, Instant now) {
        TracerSizes sizes = wanted;
        while (true) {
            try {
                return attachedExactly(programs, sizes, now);
            } catch (BpfException e) {
                sizes = sizes.halfAfter(e);
            }
        }
    }

    private static AttachedTracer attachedExactly(Programs programs, TracerSizes sizes, Instant now) {
        return programs.loaded(
                sizes,
                Map.of(),
                (object, set) -> closingAfterFailure(closer -> {
                    closer.add(object::close);
                    SharedMemory memory = memory(programs.bpf(), object, sizes, closer);
                    closer.add(set.attachEnd(object)::close);
                    closer.add(set.attachBegin(object)::close);
                    return new AttachedTracer(
                            closer,
                            memory,
                            object.program(set.begin()),
                            object.program(set.end()),
                            set,
                            now,
                            Optional.empty());
                }));
    }

    /** The memory of an object that is not pinned. */
    static SharedMemory memory(Bpf bpf, BpfObject object, TracerSizes sizes, Closer closer) {
        Function<String, BpfMap> maps = name -> switch (name) {
            case TracerMaps.LEDGER -> TracerMaps.ledger(bpf, sizes);
            case TracerMaps.SAVED -> TracerMaps.saved(bpf);
            default -> object.map(name);
        };
        return TracerMaps.mapped(maps, sizes, closer);
    }

    /** Opens a pinned generation through the links of one asset. */
    static AttachedTracer pinned(Bpf bpf, Path directory, GenerationHeader state, String digest) {
        return closingAfterFailure(closer -> {
            TracerSizes sizes = TracerSizes.of(state);
            SharedMemory memory = TracerMaps.mapped(TracerMaps.pinned(bpf, directory), sizes, closer);
            BpfProgram end = program(bpf, directory.resolve(PinnedLinks.END + digest), closer);
            BpfProgram begin = program(bpf, directory.resolve(PinnedLinks.BEGIN + digest), closer);
            ProgramSet set = ProgramSet.ofBegin(begin.info().name());
            return new AttachedTracer(closer, memory, begin, end, set, state.since(), Optional.of(directory));
        });
    }

    private static BpfProgram program(Bpf bpf, Path pin, Closer closer) {
        BpfLink link = bpf.pinnedLink(pin);
        closer.add(link::close);
        int id = link.info().programId();
        BpfProgram program = bpf.programById(id)
                .orElseThrow(() -> new IllegalStateException("program " + id + " of " + pin + " is gone"));
        closer.add(program::close);
        return program;
    }

    @SuppressWarnings("IllegalCatch") // whatever fails, everything opened is closed
    private static AttachedTracer closingAfterFailure(Function<Closer, AttachedTracer> making) {
        Closer closer = new Closer();
        try {
            return making.apply(closer);
        } catch (RuntimeException | Error e) {
            try {
                closer.close();
            } catch (RuntimeException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    SharedMemory memory() {
        return memory;
    }

    ProgramSet programs() {
        return set;
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
        closer.close();
    }
}
