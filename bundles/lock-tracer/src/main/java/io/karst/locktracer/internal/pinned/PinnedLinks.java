// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The pinned links of a generation: {@code end-DIGEST} and {@code begin-DIGEST}, created in that order, for each asset
 * whose programs are attached to its maps. There is only one such asset, except for the short time in which one
 * replaces another.
 *
 * @param bpf the kernel's BPF
 * @param directory directory of the generation
 */
public record PinnedLinks(Bpf bpf, Path directory) {
    /** Prefix of the pins of begin programs. */
    public static final String BEGIN = "begin-";
    /** Prefix of the pins of end programs. */
    public static final String END = "end-";

    /** Time after which a program that was running when its link was removed has ended, even on a slow host. */
    private static final Duration REST = Duration.ofMillis(50);

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Skipped runs of begin and end programs, by program id. */
    public record Misses(Map<Integer, Long> begins, Map<Integer, Long> ends) {

        /** Copies the maps. */
        public Misses {
            begins = Map.copyOf(begins);
            ends = Map.copyOf(ends);
        }
    }

    /** Digests of the assets whose begin program is attached, sorted. */
    public Set<String> begins() {
        return digests(BEGIN);
    }

    /** Digests of the assets whose end program is attached, sorted. */
    public Set<String> ends() {
        return digests(END);
    }

    private Set<String> digests(String prefix) {
        Set<String> digests = new TreeSet<>();
        try (DirectoryStream<Path> pins = Files.newDirectoryStream(directory, prefix + "*")) {
            pins.forEach(pin -> digests.add(String.valueOf(pin.getFileName()).substring(prefix.length())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return digests;
    }

    /**
     * Pins the link of an end program, and closes it. A link that an interrupted start left under that name is removed.
     *
     * @param link attached before the begin program of the same asset
     */
    public void pinEnd(BpfLink link, String digest) {
        pin(link, directory.resolve(END + digest));
    }

    /**
     * The same for a begin program: its pin is the last one of a generation.
     *
     * @param link attached after the end program of the same asset
     */
    public void pinBegin(BpfLink link, String digest) {
        pin(link, directory.resolve(BEGIN + digest));
    }

    private static void pin(BpfLink attached, Path path) {
        try (BpfLink link = attached) {
            Files.deleteIfExists(path);
            link.pin(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Skipped runs of the programs of all assets but one.
     *
     * @param digest the asset to leave out; empty for none
     * @return runs of all others
     */
    public Misses missesOfOthers(String digest) {
        return new Misses(misses(BEGIN, digest), misses(END, digest));
    }

    private Map<Integer, Long> misses(String prefix, String but) {
        Map<Integer, Long> misses = new HashMap<>();
        Set<String> digests = digests(prefix);
        digests.remove(but);
        for (String digest : digests) {
            try (BpfLink link = bpf.pinnedLink(directory.resolve(prefix + digest));
                    BpfProgram program =
                            bpf.programById(link.info().programId()).orElseThrow()) {
                misses.put(link.info().programId(), program.info().recursionMisses());
            }
        }
        return misses;
    }

    /**
     * Detaches all but one asset's programs, and returns when none of them runs any more. First the ends, then the begins:
     * so whatever begins is ended. Write {@link #missesOfOthers} down before.
     *
     * @param digest the asset whose links stay; empty for none
     */
    public void detachOthers(String digest, Ticker ticker) {
        detach(END, digest, ticker);
        detach(BEGIN, digest, ticker);
    }

    private void detach(String prefix, String but, Ticker ticker) {
        Set<String> digests = digests(prefix);
        digests.remove(but);
        digests.forEach(digest -> detach(directory.resolve(prefix + digest), ticker));
    }

    private void detach(Path pin, Ticker ticker) {
        int gone;
        try (BpfLink link = bpf.pinnedLink(pin)) {
            gone = link.info().id();
            Files.deleteIfExists(pin);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitGone(gone, ticker);
        rest(ticker);
    }

    /** The kernel detaches a link shortly after its last reference is released. */
    private void awaitGone(int linkId, Ticker ticker) {
        long begun = ticker.nanos();
        while (bpf.linkInfo(linkId).isPresent()) {
            if (ticker.nanos() - begun > PATIENCE.toNanos()) {
                throw new BpfException(
                        "EBUSY", "link " + linkId + " of a former tracer is still attached: another process holds it");
            }
            ticker.park(Duration.ofMillis(1).toNanos());
        }
    }

    private static void rest(Ticker ticker) {
        long until = ticker.nanos() + REST.toNanos();
        for (long left = REST.toNanos(); left > 0; left = until - ticker.nanos()) {
            ticker.park(left);
        }
    }
}
