// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.ability.Ability;
import io.karst.bpf.Bpf;
import io.karst.bpf.DirectoryClaim;
import io.karst.component.LoggedException;
import io.karst.component.SafeText;
import io.karst.locktracer.internal.pinned.PinDirectory;
import io.karst.locktracer.internal.pinned.PinLocation;
import io.karst.locktracer.internal.pinned.Ticker;
import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether and where a tracer pins its generation. Pins are optional: whatever prevents them, the tracer counts without
 * them, and says so. A directory that another user could have written is neither used nor cleaned.
 */
final class PinPolicy {
    private static final Logger LOG = LoggerFactory.getLogger(PinPolicy.class);
    private static final String OUTLIVES = "counting outlives Karaf";
    private static final String RESTART = ", then bundle:restart io.karst.lock-tracer";

    /** A tracer of this process that is being replaced may keep its claim for a moment. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration PAUSE = Duration.ofMillis(100);

    /** Why nothing is pinned, and what to do about it. */
    private record Obstacle(String reason, String remedy) {}

    private final PinLocation location;
    private final Ticker ticker;
    private Optional<PinDirectory> pins = Optional.empty();
    private Optional<DirectoryClaim> claim = Optional.empty();
    private volatile Optional<Obstacle> obstacle = Optional.empty();

    private PinPolicy(PinLocation location, Ticker ticker) {
        this.location = location;
        this.ticker = ticker;
    }

    /**
     * Claims the directory, if pins can be made there. If pinning is switched off, it is claimed only to take over what
     * an earlier tracer pinned there.
     *
     * @param closer releases the claim
     */
    static PinPolicy of(Bpf bpf, PinLocation location, Ticker ticker, Closer closer) {
        PinPolicy policy = new PinPolicy(location, ticker);
        closer.add(policy::release);
        policy.open(bpf);
        return policy;
    }

    @SuppressWarnings("IllegalCatch") // whatever prevents pins, the tracer counts without them
    private void open(Bpf bpf) {
        try {
            if (!location.enabled() && !Files.exists(location.directory(), LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            PinDirectory.Access access = PinDirectory.open(location);
            if (access instanceof PinDirectory.Unavailable unavailable) {
                unpinned(new Obstacle(unavailable.reason(), unavailable.remedy() + RESTART));
                return;
            }
            claim = awaitClaim(bpf);
            if (claim.isEmpty()) {
                unpinned(new Obstacle(
                        "another tracer has " + location.directory(),
                        "give each Karaf on this host its own pin.instance in io.karst.locktracer" + RESTART));
                return;
            }
            pins = Optional.of(((PinDirectory.Usable) access).pins());
        } catch (RuntimeException e) {
            unpinned(new Obstacle(
                    location.directory() + " cannot be used: " + e.getMessage(),
                    "remove the cause, or set pin.path in io.karst.locktracer" + RESTART));
        }
    }

    private Optional<DirectoryClaim> awaitClaim(Bpf bpf) {
        long begun = ticker.nanos();
        Optional<DirectoryClaim> found = bpf.claim(location.directory());
        while (found.isEmpty()
                && ticker.nanos() - begun < PATIENCE.toNanos()
                && !Thread.currentThread().isInterrupted()) {
            ticker.park(PAUSE.toNanos());
            found = bpf.claim(location.directory());
        }
        return found;
    }

    /** From here on nothing below the directory is touched. */
    private void unpinned(Obstacle found) {
        if (location.enabled()) {
            LOG.warn("counting without pins: {}; to do: {}", found.reason(), found.remedy());
        } else {
            LOG.warn("pins of an earlier tracer stay: {}; to do: {}", found.reason(), found.remedy());
        }
        obstacle = Optional.of(found);
        release();
    }

    private void release() {
        pins = Optional.empty();
        claim.ifPresent(DirectoryClaim::close);
        claim = Optional.empty();
    }

    PinLocation location() {
        return location;
    }

    /**
     * Starts or adopts the generation that counts from now on; the caller closes it.
     *
     * @throws RuntimeException if counting is impossible, also without pins
     */
    @SuppressWarnings("IllegalCatch") // whatever prevents pins, the tracer counts without them
    AttachedTracer tracer(Programs programs, CounterMemory counters, InstantSource clock) {
        if (pins.isEmpty()) {
            return AttachedTracer.attached(programs, counters.sizes(), clock.instant());
        }
        try {
            return new Adoption(programs, pins.get(), counters, ticker, clock).adopt();
        } catch (RuntimeException e) {
            return tracerWithoutPins(programs, counters.sizes(), clock, e);
        }
    }

    @SuppressWarnings("IllegalCatch") // rethrown
    private AttachedTracer tracerWithoutPins(
            Programs programs, TracerSizes wanted, InstantSource clock, RuntimeException failure) {
        AttachedTracer tracer;
        try {
            tracer = AttachedTracer.attached(programs, wanted, clock.instant());
        } catch (RuntimeException e) {
            e.addSuppressed(failure);
            throw e;
        }
        LOG.debug("pins below {} cannot be used", location.directory(), LoggedException.of(failure));
        unpinned(new Obstacle(
                "pins below " + location.directory() + " cannot be used: " + failure.getMessage(),
                "karst:cleanup removes them" + RESTART));
        return tracer;
    }

    /** Removes the pins that nobody needs any more, once the generation has its table. */
    void finish(AttachedTracer tracer) {
        try {
            if (pins.isPresent()) {
                Adoption.dropOlder(pins.get(), tracer);
                if (!location.enabled()) {
                    PinDirectory.remove(location);
                }
            }
        } catch (IOException | IllegalStateException e) {
            LOG.warn("pins that nobody needs stay below {}: {}", location.directory(), SafeText.of(e));
        }
    }

    /** What is lost, if the settings ask for pins and there are none. */
    List<BlindSpot> blindSpots() {
        return obstacle
                .filter(found -> location.enabled())
                .map(found -> new BlindSpot(
                        Kind.SETTING,
                        "pin",
                        "pin=true is set, but nothing is pinned, so counts do not survive a restart of Karaf: "
                                + found.reason()))
                .stream()
                .toList();
    }

    /** For {@code karst:doctor}; checks whether the pins still exist. */
    Ability ability(AttachedTracer tracer) {
        Optional<Obstacle> found = obstacle;
        if (found.isPresent()) {
            return absent(found.get().reason(), found.get().remedy());
        }
        if (!location.enabled()) {
            return absent("pin of io.karst.locktracer is false", "set pin = true in io.karst.locktracer");
        }
        Path pinned = tracer.pins().orElse(location.directory());
        if (!Files.isDirectory(pinned)) {
            return absent(
                    pinned + " is gone: somebody removed it, or unmounted its file system",
                    "mount the BPF file system again if need be" + RESTART);
        }
        return new Ability(
                OUTLIVES,
                true,
                "pinned below " + pinned,
                "none: a bundle that is updated, or a Karaf that died, finds its counts again",
                "");
    }

    private static Ability absent(String evidence, String remedy) {
        return new Ability(
                OUTLIVES,
                false,
                evidence,
                "counts begin at zero when the lock tracer is updated, or Karaf dies",
                remedy);
    }
}
