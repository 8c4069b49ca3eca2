// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.MappedMemory;
import io.karst.locks.LockContentionLayout;
import io.karst.locktracer.internal.pinned.AdoptionPlan;
import io.karst.locktracer.internal.pinned.DoubleBufferedRecord;
import io.karst.locktracer.internal.pinned.GenerationHeader;
import io.karst.locktracer.internal.pinned.PinDirectory;
import io.karst.locktracer.internal.pinned.PinnedLinks;
import io.karst.locktracer.internal.pinned.SavedTotals;
import io.karst.locktracer.internal.pinned.SlotRecords;
import io.karst.locktracer.internal.pinned.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what an earlier tracer of this instance left pinned, and continues from there. The directory is claimed, so no
 * other process changes it.
 *
 * <p>A start may be interrupted at any moment: the next one finds a consistent state, and no count is lost or doubled,
 * because
 * <ul>
 *   <li>a generation counts once its begin link is pinned, which is its last pin;
 *   <li>programs that share maps share the waits in progress, and only one end program counts each of them;
 *   <li>a link is removed only after its successor is pinned;
 *   <li>counts of an older generation are added to a newer one in a single step, which also records that this was done.
 * </ul>
 */
final class Adoption {
    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);

    private final Programs programs;
    private final Bpf bpf;
    private final PinDirectory pins;
    private final CounterMemory counters;
    private final TracerSizes wanted;
    private final Ticker ticker;
    private final InstantSource clock;

    /**
     * Does not read anything yet.
     *
     * @param programs programs that will count from now on
     * @param counters decides the sizes of a new generation, and whether those of a pinned one are good enough
     */
    Adoption(Programs programs, PinDirectory pins, CounterMemory counters, Ticker ticker, InstantSource clock) {
        this.programs = programs;
        this.bpf = programs.bpf();
        this.pins = pins;
        this.counters = counters;
        wanted = counters.sizes();
        this.ticker = ticker;
        this.clock = clock;
    }

    /** A pinned generation and what was read from it. */
    private record Generation(String name, Path path, AdoptionPlan.Found found) {
        long number() {
            return Long.parseLong(name);
        }
    }

    /**
     * Adopts the pinned generation, or starts a new one.
     *
     * @throws RuntimeException if the pins cannot be used or the kernel refuses something; the previous generation
     *     continues to count
     */
    AttachedTracer adopt() {
        try {
            return carryOut();
        } catch (IOException e) {
            throw new UncheckedIOException(e.toString(), e);
        }
    }

    private AttachedTracer carryOut() throws IOException {
        Optional<Generation> last = finishEarlierStarts();
        AdoptionPlan plan = last.map(generation -> AdoptionPlan.decide(generation.found(), what()))
                .orElse(new AdoptionPlan.StartFresh());
        Path path = last.map(Generation::path).orElse(pins.directory());
        LOG.info("pins: directory={} plan={}", path, plan);
        if (plan instanceof AdoptionPlan.Reuse) {
            return reuse(path);
        }
        if (plan instanceof AdoptionPlan.ReplacePrograms) {
            return replacePrograms(last.orElseThrow());
        }
        if (plan instanceof AdoptionPlan.Migrate) {
            return migrate(last.orElseThrow());
        }
        if (plan instanceof AdoptionPlan.Discard discard) {
            return discard(last.orElseThrow(), discard.reason());
        }
        return startFresh();
    }

    private AdoptionPlan.Wanted what() {
        return new AdoptionPlan.Wanted(
                LockContentionLayout.VERSION,
                wanted.cpus(),
                wanted.ownRows(),
                wanted.slots(),
                counters.ranges(),
                wanted.lines(),
                counters.settings().maxBytes(),
                programs.digest());
    }

    /**
     * Returns the newest counting generation, after merging older ones into it and removing those that never counted.
     */
    private Optional<Generation> finishEarlierStarts() throws IOException {
        List<Generation> older = new ArrayList<>();
        Optional<Generation> last = Optional.empty();
        for (String name : pins.generations()) {
            Generation generation = look(name);
            if (generation.found().isComplete()) {
                last.ifPresent(older::add);
                last = Optional.of(generation);
            } else if (last.isEmpty()) {
                older.add(generation);
            } else {
                pins.removeGeneration(name);
            }
        }
        for (Generation generation : older) {
            if (last.isPresent()) {
                mergeInto(last.get(), generation);
            } else {
                pins.removeGeneration(generation.name());
            }
        }
        return last;
    }

    private Generation look(String name) {
        Path path = pins.directory().resolve(name);
        PinnedLinks links = new PinnedLinks(bpf, path);
        return new Generation(name, path, new AdoptionPlan.Found(state(path), links.begins(), links.ends()));
    }

    private Optional<GenerationHeader> state(Path directory) {
        Path pin = directory.resolve(TracerMaps.STATE);
        if (!Files.exists(pin)) {
            return Optional.empty();
        }
        try (BpfMap map = bpf.pinnedMap(pin);
                MappedMemory memory = map.mmap(false)) {
            return GenerationHeader.read(memory);
        }
    }

    // ---- start fresh ----

    /** Has half the sizes for as long as the kernel has no memory for them. */
    private AttachedTracer startFresh() throws IOException {
        TracerSizes sizes = wanted;
        while (true) {
            Path directory = pins.createGeneration();
            try {
                create(directory, stateOf(sizes, clock.instant()), Map.of(), memory -> {});
                return reuse(directory);
            } catch (BpfException e) {
                sizes = sizes.halfAfter(e);
            }
        }
    }

    /** The old generation continues to count until {@link #dropOlder}. */
    private AttachedTracer discard(Generation old, String reason) throws IOException {
        LOG.warn("pinned counts are dropped, as they cannot be read: directory={} reason={}", old.path(), reason);
        return startFresh();
    }

    /** Removes generations that were replaced, once the new one has a table. */
    static void dropOlder(PinDirectory pins, AttachedTracer tracer) throws IOException {
        Optional<String> current = tracer.pins().map(path -> String.valueOf(path.getFileName()));
        for (String name : pins.generations()) {
            if (current.isPresent() && !current.get().equals(name)) {
                pins.removeGeneration(name);
            }
        }
    }

    /**
     * Loads, pins and attaches.
     *
     * @param state header of the generation
     * @param reused pins of existing maps
     * @param inherited receives the new slot records, and writes the slots already in use
     */
    @SuppressWarnings("IllegalCatch") // whatever fails, no pin remains
    private void create(
            Path directory, GenerationHeader state, Map<String, Path> reused, Consumer<MappedMemory> inherited)
            throws IOException {
        TracerSizes sizes = TracerSizes.of(state);
        String name = String.valueOf(directory.getFileName());
        try {
            programs.loaded(sizes, reused, (object, set) -> {
                        empty(directory);
                        Stream.concat(TracerMaps.SHARED.stream(), TracerMaps.SIZED.stream())
                                .forEach(map -> object.map(map).pin(directory.resolve(TracerMaps.pinOf(map))));
                        pin(TracerMaps.ledger(bpf, sizes), directory.resolve(TracerMaps.LEDGER), inherited);
                        pin(TracerMaps.saved(bpf), directory.resolve(TracerMaps.SAVED), memory -> {});
                        pin(TracerMaps.state(bpf), directory.resolve(TracerMaps.STATE), state::write);
                        attach(object, set, directory);
                        return object;
                    })
                    .close();
        } catch (RuntimeException | Error e) {
            pins.removeGeneration(name);
            throw e;
        }
    }

    private void attach(BpfObject object, ProgramSet set, Path directory) {
        PinnedLinks links = new PinnedLinks(bpf, directory);
        links.pinEnd(set.attachEnd(object), programs.digest());
        links.pinBegin(set.attachBegin(object), programs.digest());
    }

    private static GenerationHeader stateOf(TracerSizes sizes, Instant since) {
        return new GenerationHeader(
                LockContentionLayout.VERSION, sizes.cpus(), sizes.ownRows(), sizes.slots(), sizes.lines(), since);
    }

    /** Removes what the attempt with the other set of programs left. */
    private void empty(Path directory) {
        try {
            pins.emptyGeneration(String.valueOf(directory.getFileName()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pin(BpfMap map, Path pin, Consumer<MappedMemory> filler) {
        try (map;
                MappedMemory memory = map.mmap(true)) {
            filler.accept(memory);
            map.pin(pin);
        }
    }

    // ---- reuse: the same programs and sizes ----

    private AttachedTracer reuse(Path path) {
        AttachedTracer tracer = AttachedTracer.pinned(bpf, path, state(path).orElseThrow(), programs.digest());
        return finish(tracer, path);
    }

    /** Detaches programs that other assets left attached to the same maps. */
    @SuppressWarnings("IllegalCatch") // whatever fails, what was opened is closed
    private AttachedTracer finish(AttachedTracer tracer, Path path) {
        try {
            SavedTotals saved = savedIn(tracer.memory());
            detach(new PinnedLinks(bpf, path), programs.digest(), tracer.memory(), saved);
            tracer.memory().handover(false);
            return tracer;
        } catch (RuntimeException | Error e) {
            tracer.close();
            throw e;
        }
    }

    /**
     * Finishes an interrupted clearing, and reads what is saved.
     *
     * @throws IllegalArgumentException if it is damaged
     */
    private SavedTotals savedIn(SharedMemory memory) {
        return new RangeCounting(memory, ticker).saved();
    }

    /** Adds the number of skipped runs of the other programs to what is saved, and detaches them. */
    private void detach(PinnedLinks links, String digest, SharedMemory memory, SavedTotals saved) {
        PinnedLinks.Misses misses = links.missesOfOthers(digest);
        if (!misses.ends().isEmpty() || !misses.begins().isEmpty()) {
            new DoubleBufferedRecord(memory.saved()).write(saved.withMisses(misses.begins(), misses.ends()));
        }
        links.detachOthers(digest, ticker);
    }

    // ---- replace programs: other programs, the same maps ----

    private AttachedTracer replacePrograms(Generation old) {
        TracerSizes sizes = TracerSizes.of(old.found().state().orElseThrow());
        Map<String, Path> reused = shared(old.path());
        TracerMaps.SIZED.forEach(map -> reused.put(map, old.path().resolve(TracerMaps.pinOf(map))));
        sayHandover(old.path());
        programs.loaded(sizes, reused, (object, set) -> {
                    attach(object, set, old.path());
                    return object;
                })
                .close();
        return reuse(old.path());
    }

    private static Map<String, Path> shared(Path directory) {
        Map<String, Path> pins = new HashMap<>();
        TracerMaps.SHARED.forEach(map -> pins.put(map, directory.resolve(TracerMaps.pinOf(map))));
        return pins;
    }

    private void sayHandover(Path directory) {
        try (BpfMap map = bpf.pinnedMap(directory.resolve(TracerMaps.pinOf(".data.waiting")));
                MappedMemory memory = map.mmap(true)) {
            memory.putLong(LockContentionLayout.WAITING_HANDOVER, 1);
        }
    }

    // ---- migrate: other sizes, the same waits in progress ----

    private AttachedTracer migrate(Generation old) throws IOException {
        GenerationHeader state = old.found().state().orElseThrow();
        TracerSizes sizes = counters.sizes(slotsInUse(old.path()));
        if (sizes.equals(TracerSizes.of(state))) {
            return withItsSizes(old);
        }
        sayHandover(old.path());
        Path directory = pins.createGeneration();
        try {
            create(
                    directory,
                    stateOf(sizes, state.since()),
                    shared(old.path()),
                    ledger -> copyLedger(old.path(), ledger));
        } catch (BpfException e) {
            if (!TracerSizes.isLackOfMemory(e)) {
                throw e;
            }
            LOG.warn("the kernel has no memory for {}, the pinned counters stay as they are", sizes);
            return withItsSizes(old);
        }
        mergeInto(look(String.valueOf(directory.getFileName())), old);
        return reuse(directory);
    }

    private AttachedTracer withItsSizes(Generation old) {
        AdoptionPlan.Found found = old.found();
        return found.begins().contains(programs.digest()) && found.ends().contains(programs.digest())
                ? reuse(old.path())
                : replacePrograms(old);
    }

    private int slotsInUse(Path old) {
        try (BpfMap map = bpf.pinnedMap(old.resolve(TracerMaps.LEDGER));
                MappedMemory ledger = map.mmap(false)) {
            return new SlotRecords(ledger)
                    .read().keySet().stream().mapToInt(slot -> slot + 1).max().orElse(0);
        }
    }

    /** Each range keeps its slot in the new generation, because waits in progress refer to slots. */
    private void copyLedger(Path old, MappedMemory ledger) {
        try (BpfMap map = bpf.pinnedMap(old.resolve(TracerMaps.LEDGER));
                MappedMemory from = map.mmap(false)) {
            for (long at = 0; at < Math.min(from.size(), ledger.size()); at += Long.BYTES) {
                ledger.putLong(at, from.getLong(at));
            }
        }
    }

    /** Detaches an older generation, adds its counts to the newer one, and removes the older one. */
    private void mergeInto(Generation next, Generation old) throws IOException {
        try (Closer closer = new Closer()) {
            DoubleBufferedRecord store = recordOf(next.path(), closer);
            Optional<GenerationHeader> state = old.found().state().filter(AdoptionPlan.readableFor(what()));
            if (state.isPresent() && store.read().merged() < old.number()) {
                TracerSizes sizes = TracerSizes.of(state.get());
                SharedMemory memory = TracerMaps.mapped(TracerMaps.pinned(bpf, old.path()), sizes, closer);
                detach(new PinnedLinks(bpf, old.path()), "", memory, savedIn(memory));
                RangeCounting counted = new RangeCounting(memory, ticker);
                store.write(store.read().merging(old.number(), counted.saved(), counted.totals()));
            }
        }
        pins.removeGeneration(old.name());
    }

    private DoubleBufferedRecord recordOf(Path directory, Closer closer) {
        try (BpfMap map = bpf.pinnedMap(directory.resolve(TracerMaps.SAVED))) {
            MappedMemory memory = map.mmap(true);
            closer.add(memory::close);
            return new DoubleBufferedRecord(memory);
        }
    }
}
