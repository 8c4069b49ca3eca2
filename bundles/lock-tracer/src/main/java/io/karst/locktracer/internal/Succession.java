// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.MappedMemory;
import io.karst.locks.LockContentionLayout;
import io.karst.locktracer.internal.pinned.HalfLinks;
import io.karst.locktracer.internal.pinned.HalfState;
import io.karst.locktracer.internal.pinned.Kept;
import io.karst.locktracer.internal.pinned.KeptStore;
import io.karst.locktracer.internal.pinned.PinDirectory;
import io.karst.locktracer.internal.pinned.Takeover;
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
 * Finds what an earlier tracer of this instance left pinned, and goes on from there. The directory is claimed, so nobody
 * else changes it.
 *
 * <p>Whatever moment a start is broken off at, the next one finds a state that it can go on from, and no count is lost or
 * doubled, because
 * <ul>
 *   <li>a half counts from when its begin link is pinned, which is the last of its pins to be made;
 *   <li>programs that share maps share the notes of waits under way, and of these each is counted by one end only;
 *   <li>a link is removed only when its successor is pinned;
 *   <li>counts of an older half are added to a newer one in one step, which also writes down that it was done.
 * </ul>
 */
final class Succession {
    private static final Logger LOG = LoggerFactory.getLogger(Succession.class);

    private final Programs programs;
    private final Bpf bpf;
    private final PinDirectory pins;
    private final TracerSizes wanted;
    private final long ranges;
    private final Ticker ticker;
    private final InstantSource clock;

    /**
     * Looks at nothing yet.
     *
     * @param programs what is to count from now on
     * @param pins the instance's pins
     * @param wanted sizes of what is begun anew
     * @param ranges slots needed now
     */
    Succession(
            Programs programs, PinDirectory pins, TracerSizes wanted, long ranges, Ticker ticker, InstantSource clock) {
        this.programs = programs;
        this.bpf = programs.bpf();
        this.pins = pins;
        this.wanted = wanted;
        this.ranges = ranges;
        this.ticker = ticker;
        this.clock = clock;
    }

    /** A pinned half, looked at. */
    private record Half(String name, Path path, Takeover.Found found) {
        long number() {
            return Long.parseLong(name);
        }
    }

    /**
     * Takes over what there is, or begins anew.
     *
     * @throws io.karst.bpf.BpfException if the kernel refuses something; what counted before still does
     */
    KernelHalf take() {
        try {
            return taken();
        } catch (IOException e) {
            throw new UncheckedIOException("pins below " + pins.directory() + " cannot be used: " + e.getMessage(), e);
        }
    }

    private KernelHalf taken() throws IOException {
        Optional<Half> last = settled();
        Takeover takeover =
                last.map(half -> Takeover.decide(half.found(), what())).orElse(new Takeover.Fresh());
        Path path = last.map(Half::path).orElse(pins.directory());
        LOG.info("pins: directory={} takeover={}", path, takeover);
        if (takeover instanceof Takeover.Adopt) {
            return adopt(path);
        }
        if (takeover instanceof Takeover.HandOver) {
            return handOver(last.orElseThrow());
        }
        if (takeover instanceof Takeover.Resize) {
            return resize(last.orElseThrow());
        }
        if (takeover instanceof Takeover.Replace replace) {
            return replace(last.orElseThrow(), replace.reason());
        }
        return begin();
    }

    private Takeover.Wanted what() {
        return new Takeover.Wanted(
                LockContentionLayout.VERSION, wanted.cpus(), wanted.slots(), ranges, wanted.lines(), programs.digest());
    }

    /** The newest half that counts, when those before it are absorbed and those that never counted are gone. */
    private Optional<Half> settled() throws IOException {
        List<Half> older = new ArrayList<>();
        Optional<Half> last = Optional.empty();
        for (String name : pins.halves()) {
            Half half = look(name);
            if (half.found().isComplete()) {
                last.ifPresent(older::add);
                last = Optional.of(half);
            } else if (last.isEmpty()) {
                older.add(half);
            } else {
                pins.removeHalf(name);
            }
        }
        for (Half half : older) {
            if (last.isPresent()) {
                absorb(half, last.get());
            } else {
                pins.removeHalf(half.name());
            }
        }
        return last;
    }

    private Half look(String name) {
        Path path = pins.directory().resolve(name);
        HalfLinks links = new HalfLinks(bpf, path);
        return new Half(name, path, new Takeover.Found(state(path), links.begins(), links.ends()));
    }

    private Optional<HalfState> state(Path half) {
        Path pin = half.resolve(HalfMaps.STATE);
        if (!Files.exists(pin)) {
            return Optional.empty();
        }
        try (BpfMap map = bpf.pinnedMap(pin);
                MappedMemory memory = map.mmap(false)) {
            return HalfState.read(memory);
        }
    }

    // ---- nothing there, or nothing of use ----

    private KernelHalf begin() throws IOException {
        Path half = pins.createHalf();
        create(half, stateOf(wanted, clock.instant()), Map.of(), memory -> {});
        return adopt(half);
    }

    /** The old half counts on until {@link #dropOlder}. */
    private KernelHalf replace(Half old, String reason) throws IOException {
        LOG.warn("pinned counts are dropped, as they cannot be read: directory={} reason={}", old.path(), reason);
        return begin();
    }

    /**
     * Removes halves that were replaced, once the new one has a table.
     *
     * @param pins the instance's pins
     * @param half the one that counts
     */
    static void dropOlder(PinDirectory pins, KernelHalf half) {
        Optional<String> current = half.pins().map(path -> String.valueOf(path.getFileName()));
        try {
            for (String name : pins.halves()) {
                if (current.isPresent() && !current.get().equals(name)) {
                    pins.removeHalf(name);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Loads, pins and attaches.
     *
     * @param half its directory
     * @param state what it says of itself
     * @param reused pins of maps that are there already
     * @param inherited gets the new ledger, and writes there whose slots are taken
     */
    @SuppressWarnings("IllegalCatch") // whatever fails, no pin stays
    private void create(Path half, HalfState state, Map<String, Path> reused, Consumer<MappedMemory> inherited)
            throws IOException {
        TracerSizes sizes = sizesOf(state);
        String name = String.valueOf(half.getFileName());
        try {
            programs.loaded(sizes, reused, (object, hook) -> {
                        empty(half);
                        Stream.concat(HalfMaps.SHARED.stream(), HalfMaps.SIZED.stream())
                                .forEach(map -> object.map(map).pin(half.resolve(HalfMaps.pinOf(map))));
                        pin(HalfMaps.ledger(bpf, sizes), half.resolve(HalfMaps.LEDGER), inherited);
                        pin(HalfMaps.kept(bpf), half.resolve(HalfMaps.KEPT), memory -> {});
                        pin(HalfMaps.state(bpf), half.resolve(HalfMaps.STATE), state::write);
                        attach(object, hook, half);
                        return object;
                    })
                    .close();
        } catch (RuntimeException | Error e) {
            pins.removeHalf(name);
            throw e;
        }
    }

    private void attach(BpfObject object, Hook hook, Path half) {
        HalfLinks links = new HalfLinks(bpf, half);
        links.pinEnd(hook.attachEnd(object), programs.digest());
        links.pinBegin(hook.attachBegin(object), programs.digest());
    }

    private static HalfState stateOf(TracerSizes sizes, Instant since) {
        return new HalfState(LockContentionLayout.VERSION, sizes.cpus(), sizes.slots(), sizes.lines(), since);
    }

    /** Of what a try with the other hook left. */
    private void empty(Path half) {
        try {
            pins.emptyHalf(String.valueOf(half.getFileName()));
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

    // ---- the same again ----

    private KernelHalf adopt(Path path) {
        KernelHalf half = KernelHalf.pinned(bpf, path, state(path).orElseThrow(), programs.digest());
        return finish(half, path);
    }

    /** Detaches what other assets left attached to the same maps. */
    @SuppressWarnings("IllegalCatch") // whatever fails, what was opened is closed
    private KernelHalf finish(KernelHalf half, Path path) {
        try {
            retire(new HalfLinks(bpf, path), programs.digest(), half.memory());
            half.memory().handover(false);
            return half;
        } catch (RuntimeException | Error e) {
            half.close();
            throw e;
        }
    }

    /** Writes down what the other programs skipped, and detaches them. */
    private void retire(HalfLinks links, String digest, SharedMemory memory) {
        HalfLinks.Misses misses = links.missesOfOthers(digest);
        if (!misses.ends().isEmpty() || !misses.begins().isEmpty()) {
            // a new Tracking finishes what was broken off: nothing is left to be cleared
            Kept kept = new Tracking(memory, ticker).kept();
            new KeptStore(memory.kept()).write(kept.withMisses(misses.begins(), misses.ends()));
        }
        links.detachOthers(digest, ticker);
    }

    // ---- other programs, the same maps ----

    private KernelHalf handOver(Half old) {
        TracerSizes sizes = sizesOf(old.found().state().orElseThrow());
        Map<String, Path> reused = shared(old.path());
        HalfMaps.SIZED.forEach(map -> reused.put(map, old.path().resolve(HalfMaps.pinOf(map))));
        sayHandover(old.path());
        programs.loaded(sizes, reused, (object, hook) -> {
                    attach(object, hook, old.path());
                    return object;
                })
                .close();
        return adopt(old.path());
    }

    private static Map<String, Path> shared(Path half) {
        Map<String, Path> pins = new HashMap<>();
        HalfMaps.SHARED.forEach(map -> pins.put(map, half.resolve(HalfMaps.pinOf(map))));
        return pins;
    }

    private void sayHandover(Path half) {
        try (BpfMap map = bpf.pinnedMap(half.resolve(HalfMaps.pinOf(".data.waiting")));
                MappedMemory memory = map.mmap(true)) {
            memory.putLong(LockContentionLayout.WAITING_HANDOVER, 1);
        }
    }

    // ---- other sizes, the same notes ----

    private KernelHalf resize(Half old) throws IOException {
        HalfState state = old.found().state().orElseThrow();
        TracerSizes sizes = new TracerSizes(wanted.cpus(), Math.max(wanted.slots(), state.slots()), wanted.lines());
        sayHandover(old.path());
        Path half = pins.createHalf();
        create(half, stateOf(sizes, state.since()), shared(old.path()), ledger -> copyLedger(old.path(), ledger));
        absorb(old, look(String.valueOf(half.getFileName())));
        return adopt(half);
    }

    /** The same range has the same slot in both, as the notes of waits under way name slots. */
    private void copyLedger(Path old, MappedMemory ledger) {
        try (BpfMap map = bpf.pinnedMap(old.resolve(HalfMaps.LEDGER));
                MappedMemory from = map.mmap(false)) {
            for (long at = 0; at < from.size(); at += Long.BYTES) {
                ledger.putLong(at, from.getLong(at));
            }
        }
    }

    /** Detaches an older half, adds its counts to the newer one, and removes it. */
    private void absorb(Half old, Half next) throws IOException {
        try (Owned owned = new Owned()) {
            KeptStore store = keptOf(next.path(), owned);
            Optional<HalfState> state = old.found().state().filter(Takeover.readableFor(what()));
            if (state.isPresent() && store.read().absorbed() < old.number()) {
                TracerSizes sizes = sizesOf(state.get());
                SharedMemory memory = HalfMaps.mapped(HalfMaps.pinned(bpf, old.path()), sizes, owned);
                retire(new HalfLinks(bpf, old.path()), "", memory);
                Tracking counted = new Tracking(memory, ticker);
                store.write(store.read().absorbing(old.number(), counted.kept(), counted.totals()));
            }
        }
        pins.removeHalf(old.name());
    }

    private KeptStore keptOf(Path half, Owned owned) {
        try (BpfMap map = bpf.pinnedMap(half.resolve(HalfMaps.KEPT))) {
            MappedMemory memory = map.mmap(true);
            owned.add(memory::close);
            return new KeptStore(memory);
        }
    }

    private static TracerSizes sizesOf(HalfState state) {
        return new TracerSizes(state.cpus(), state.slots(), state.lines());
    }
}
