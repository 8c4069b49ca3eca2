// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.ability.Ability;
import io.karst.bpf.Bpf;
import io.karst.locktracer.internal.pinned.PinDirectory;
import io.karst.locktracer.internal.pinned.PinLocation;
import io.karst.locktracer.internal.pinned.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Whether and where a tracer pins its generation.
 *
 * @param location what the settings ask for
 * @param pins the claimed directory; empty if nothing is pinned
 * @param reason why nothing is pinned; empty if something is
 */
record PinPolicy(PinLocation location, Optional<PinDirectory> pins, String reason) {
    private static final String OUTLIVES = "counting outlives Karaf";

    /**
     * Claims the directory, if pins can be made there. If pinning is switched off, it is claimed only to take over what
     * an earlier tracer pinned there.
     *
     * @throws IllegalStateException if another process has claimed it, or another user could have written there
     */
    static PinPolicy of(Bpf bpf, PinLocation location, Closer closer) {
        if (!location.enabled() && !Files.exists(location.directory(), LinkOption.NOFOLLOW_LINKS)) {
            return new PinPolicy(location, Optional.empty(), "pin of io.karst.locktracer is false");
        }
        PinDirectory.Access access = PinDirectory.open(location);
        if (access instanceof PinDirectory.Unavailable unavailable) {
            return new PinPolicy(location, Optional.empty(), unavailable.reason());
        }
        closer.add(bpf.claim(location.directory())
                .orElseThrow(() -> new IllegalStateException("another tracer has " + location.directory()
                        + ": give each Karaf on this host its own pin.instance of io.karst.locktracer"))::close);
        return new PinPolicy(location, Optional.of(((PinDirectory.Usable) access).pins()), "");
    }

    /** Starts or adopts the generation that counts from now on; the caller closes it. */
    AttachedTracer tracer(Programs programs, TracerSizes wanted, long ranges, InstantSource clock) {
        return pins.map(pins -> new Adoption(programs, pins, wanted, ranges, Ticker.SYSTEM, clock).adopt())
                .orElseGet(() -> AttachedTracer.attached(programs, wanted, clock.instant()));
    }

    /** Removes the pins that nobody needs any more, once the generation has its table. */
    void finish(AttachedTracer tracer) {
        pins.ifPresent(pins -> Adoption.dropOlder(pins, tracer));
        if (!location.enabled() && pins.isPresent()) {
            try {
                PinDirectory.remove(location);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** For {@code karst:doctor}; checks whether the pins still exist. */
    Ability ability(AttachedTracer tracer) {
        if (!location.enabled() || pins.isEmpty()) {
            return absent(
                    reason.isEmpty() ? "pin is false" : reason,
                    "mount -t bpf bpf /sys/fs/bpf, and set pin = true in io.karst.locktracer");
        }
        Path pins = tracer.pins().orElse(location.directory());
        if (!Files.isDirectory(pins)) {
            return absent(
                    pins + " is gone: somebody removed it, or unmounted its file system",
                    "mount the BPF file system again if need be, then bundle:restart io.karst.lock-tracer");
        }
        return new Ability(
                OUTLIVES,
                true,
                "pinned below " + pins,
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
