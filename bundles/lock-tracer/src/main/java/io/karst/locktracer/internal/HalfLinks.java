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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The pinned links of a half: {@code end-DIGEST}, {@code after-end-DIGEST}, {@code begin-DIGEST} and
 * {@code after-begin-DIGEST}, made in that order, for each asset whose programs are attached to its maps. There is one such
 * asset but for the short while in which one takes over from another.
 *
 * @param bpf the kernel's BPF
 * @param half its directory
 */
record HalfLinks(Bpf bpf, Path half) {
    static final String BEGIN = "begin-";
    static final String END = "end-";

    /** Of the second programs. Sorted by name they are the first, and so removed first. */
    private static final String AFTER = "after-";

    /** A program that ran when its link went has ended by then, on a slow host too. */
    private static final Duration REST = Duration.ofMillis(50);

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Skipped runs, by program id. */
    record Misses(Map<Integer, Long> begins, Map<Integer, Long> ends) {}

    /** Digests of the assets of which both begin programs are attached. */
    Set<String> begins() {
        return both(BEGIN);
    }

    /** Digests of the assets of which both end programs are attached. */
    Set<String> ends() {
        return both(END);
    }

    private Set<String> both(String prefix) {
        Set<String> digests = digests(prefix);
        digests.retainAll(digests(AFTER + prefix));
        return digests;
    }

    private Set<String> any(String prefix) {
        Set<String> digests = digests(prefix);
        digests.addAll(digests(AFTER + prefix));
        return digests;
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
    void attach(Attaching programs, String digest) {
        Hook hook = programs.hook();
        Map<String, String> pins = Map.of(
                hook.end(),
                END,
                hook.skippedEnd(),
                AFTER + END,
                hook.begin(),
                BEGIN,
                hook.skippedBegin(),
                AFTER + BEGIN);
        programs.attach((program, link) -> pin(link, half.resolve(pins.get(program) + digest)));
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
     * Skipped runs of all but one asset's programs. Of a first program without its second there are none: either it was
     * never attached, and others counted; or it is gone, and they were read before.
     *
     * @param digest whose are left out; empty for none
     */
    Misses missesOfOthers(String digest) {
        return new Misses(misses(BEGIN, digest), misses(END, digest));
    }

    private Map<Integer, Long> misses(String prefix, String but) {
        Map<Integer, Long> misses = new HashMap<>();
        Set<String> digests = both(prefix);
        digests.remove(but);
        for (String digest : digests) {
            try (Owned owned = new Owned()) {
                BpfLink link = opened(half.resolve(prefix + digest), owned).orElseThrow();
                int id = link.info().programId();
                BpfProgram program = bpf.programById(id).orElseThrow();
                owned.add(program::close);
                misses.put(id, program.info().recursionMisses());
            }
        }
        return misses;
    }

    /**
     * Detaches all but one asset's programs, and returns when none of them runs any more. First the ends, then the begins:
     * so whatever begins is ended. Write {@link #missesOfOthers} down before: what is skipped from then on, the programs
     * that stay are given.
     *
     * @param digest whose links stay; empty for none
     */
    void detachOthers(String digest, Ticker ticker) {
        detach(END, digest, ticker);
        detach(BEGIN, digest, ticker);
    }

    private void detach(String prefix, String but, Ticker ticker) {
        Set<String> digests = any(prefix);
        digests.remove(but);
        digests.forEach(digest -> detach(half.resolve(prefix + digest), half.resolve(AFTER + prefix + digest), ticker));
    }

    /** The second goes first: alone it would take every event for one that the first was skipped for. */
    private void detach(Path first, Path second, Ticker ticker) {
        List<Integer> gone = new ArrayList<>();
        try (Owned owned = new Owned()) {
            Optional<BpfLink> secondLink = opened(second, owned);
            Optional<BpfLink> firstLink = opened(first, owned);
            secondLink.ifPresent(link -> gone.add(remove(link, second)));
            firstLink.ifPresent(link -> gone.add(remove(link, first)));
        }
        gone.forEach(link -> awaitGone(link, ticker));
        rest(ticker);
    }

    private Optional<BpfLink> opened(Path pin, Owned owned) {
        if (!Files.exists(pin)) {
            return Optional.empty();
        }
        BpfLink link = bpf.pinnedLink(pin);
        owned.add(link::close);
        return Optional.of(link);
    }

    /** Returns the link's id. */
    private static int remove(BpfLink link, Path pin) {
        int id = link.info().id();
        try {
            Files.deleteIfExists(pin);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        link.close();
        return id;
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
    }

    private static void rest(Ticker ticker) {
        long until = ticker.nanos() + REST.toNanos();
        for (long left = REST.toNanos(); left > 0; left = until - ticker.nanos()) {
            ticker.park(left);
        }
    }
}
