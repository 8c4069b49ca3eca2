// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

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
 * The pinned links of a half: {@code begin-DIGEST} and {@code end-DIGEST}, a pair for each asset whose programs are attached
 * to its maps. There is one pair but for the short while in which one asset takes over from another.
 *
 * @param bpf the kernel's BPF
 * @param half its directory
 */
record HalfLinks(Bpf bpf, Path half) {
    static final String BEGIN = "begin-";
    static final String END = "end-";

    /** A program that ran when its link went has ended by then, on a slow host too. */
    private static final Duration REST = Duration.ofMillis(50);

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Skipped runs of programs that were detached, by program id. */
    record Misses(Map<Integer, Long> begins, Map<Integer, Long> ends) {}

    /** Digests of the assets whose begin programs are attached. */
    Set<String> begins() {
        return digests(BEGIN);
    }

    /** Digests of the assets whose end programs are attached. */
    Set<String> ends() {
        return digests(END);
    }

    private Set<String> digests(String prefix) {
        Set<String> digests = new TreeSet<>();
        try (DirectoryStream<Path> pins = Files.newDirectoryStream(half, prefix + "*")) {
            pins.forEach(pin -> digests.add(String.valueOf(pin.getFileName()).substring(prefix.length())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return digests;
    }

    /** Attaches and pins. A link that an interrupted try left under that name gives way. */
    void attach(BpfProgram begin, BpfProgram end, String digest) {
        pin(end, half.resolve(END + digest));
        pin(begin, half.resolve(BEGIN + digest));
    }

    private static void pin(BpfProgram program, Path path) {
        try (BpfLink link = program.attach()) {
            Files.deleteIfExists(path);
            link.pin(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Detaches all but one asset's programs, and returns when none of them runs any more. First the ends, then the begins:
     * so whatever begins is ended.
     *
     * @param digest whose links stay; empty for none
     * @return what the detached ones skipped
     */
    Misses detachOthers(String digest, Ticker ticker) {
        Map<Integer, Long> endMisses = detach(END, ends(), digest, ticker);
        return new Misses(detach(BEGIN, begins(), digest, ticker), endMisses);
    }

    private Map<Integer, Long> detach(String prefix, Set<String> digests, String but, Ticker ticker) {
        Map<Integer, Long> misses = new HashMap<>();
        for (String digest : digests) {
            if (!digest.equals(but)) {
                detach(half.resolve(prefix + digest), misses, ticker);
            }
        }
        return misses;
    }

    private void detach(Path pin, Map<Integer, Long> misses, Ticker ticker) {
        BpfLink link = bpf.pinnedLink(pin);
        try {
            int linkId = link.info().id();
            int programId = link.info().programId();
            BpfProgram program = bpf.programById(programId).orElseThrow();
            try {
                Files.deleteIfExists(pin);
                link.close();
                awaitGone(linkId, ticker);
                misses.put(programId, program.info().recursionMisses());
            } finally {
                program.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            link.close();
        }
    }

    /** A link is detached a little after its last holder let it go. */
    private void awaitGone(int linkId, Ticker ticker) {
        long begun = ticker.nanos();
        while (bpf.linkInfo(linkId).isPresent()) {
            if (ticker.nanos() - begun > PATIENCE.toNanos()) {
                throw new BpfException(
                        "BPF_LINK_GET_FD_BY_ID",
                        "link " + linkId,
                        "EBUSY",
                        "link " + linkId + " of a former tracer is still attached: another process holds it",
                        "");
            }
            ticker.park(Duration.ofMillis(1).toNanos());
        }
        long until = ticker.nanos() + REST.toNanos();
        for (long left = REST.toNanos(); left > 0; left = until - ticker.nanos()) {
            ticker.park(left);
        }
    }
}
