// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.ability.Ability;
import io.karst.ability.Ability.Need;
import io.karst.ability.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Probes abilities by files below /proc and /sys. A file that is not there means no only where its directory is. */
final class SystemProbes {
    private static final String PV_SLOWPATH = "__pv_queued_spin_lock_slowpath";

    /** Data symbols that every kernel with CONFIG_KALLSYMS_ALL lists. */
    private static final Set<String> DATA = Set.of("init_task", "bpf_map_fops", "jiffies");

    private static final String MOUNT_PROC = "mount -t proc proc /proc";
    private static final String MOUNT_SYS = "mount -t sysfs sysfs /sys";
    private static final String SHOW_SYMBOLS = "let this process read /proc/kallsyms of the host";

    private final Path proc;
    private final Path sys;
    private final Mounts mounts;
    private final Kallsyms kallsyms;
    private final Finding kernelReads;

    /**
     * Reads the files that several probes need.
     *
     * @param kernelReads whether the kernel lets programs call bpf_probe_read_kernel
     */
    SystemProbes(Path proc, Path sys, Finding kernelReads) {
        this.proc = proc;
        this.sys = sys;
        this.kernelReads = kernelReads;
        mounts = Mounts.read(proc.resolve("self/mounts"));
        Set<String> wanted = new HashSet<>(DATA);
        wanted.add(PV_SLOWPATH);
        kallsyms = Kallsyms.read(proc.resolve("kallsyms"), wanted);
    }

    List<Ability> probe() {
        List<Ability> abilities = new ArrayList<>();
        abilities.add(btf().ability(
                        "BTF",
                        "programs cannot be fitted to this kernel without a BTF file of it",
                        "run a kernel with CONFIG_DEBUG_INFO_BTF, or give a BTF file in the configuration of core-assets")
                .with(Need.REQUIRED));
        abilities.add(mounts.finding("bpf")
                .ability(
                        "bpffs",
                        "nothing can be pinned: a restart of Karaf loses the counters",
                        "mount -t bpf bpf /sys/fs/bpf"));
        abilities.add(mounts.finding("tracefs")
                .ability(
                        "tracefs",
                        "tracepoints cannot be listed; tracing itself works through BTF",
                        "mount -t tracefs nodev /sys/kernel/tracing"));
        abilities.add(readable()
                .ability(
                        "kernel memory readable",
                        "lock addresses cannot be read from map structs: no ranges",
                        "boot without lockdown=confidentiality")
                .with(Need.REQUIRED));
        abilities.addAll(symbols());
        abilities.add(
                there(sys.resolve("bus/event_source/devices/kprobe/type"), sys.resolve("bus/event_source/devices"))
                        .ability("kprobes", "none: Karst uses tracepoints and iterators", "nothing to do")
                        .with(Need.NONE));
        abilities.add(statistics()
                .ability(
                        "BPF statistics",
                        "run times of Karst's own programs are not known",
                        "sysctl kernel.bpf_stats_enabled=1 (costs a little on every program run)")
                .with(Need.NONE));
        return abilities;
    }

    private Finding btf() {
        Path file = sys.resolve("kernel/btf/vmlinux");
        Finding there = there(file, sys.resolve("kernel"));
        return there.answer() == Answer.YES && !Files.isReadable(file)
                ? Finding.of(false, file + " may not be read")
                : there;
    }

    /** Whether a file exists. Without {@code parent}, which every kernel has, nobody looked at the right place. */
    private static Finding there(Path file, Path parent) {
        if (Files.exists(file)) {
            return Finding.of(true, file + " is there");
        }
        return Files.notExists(file) && Files.isDirectory(parent)
                ? Finding.of(false, file + " is missing")
                : Finding.notKnown(file + " cannot be looked for: there is no readable " + parent, MOUNT_SYS);
    }

    /**
     * In lockdown mode confidentiality BPF may not read kernel memory. Without the file there is no lockdown, but only if the file
     * system is mounted that would have it; otherwise the kernel is asked.
     */
    private Finding readable() {
        Path usual = sys.resolve("kernel/security");
        Path mounted = mounts.of("securityfs")
                .filter(place -> !place.equals("/sys/kernel/security"))
                .map(Path::of)
                .orElse(usual);
        Text mode = Text.of(mounted.resolve("lockdown"));
        if (mode.content().isPresent()) {
            String content = mode.content().get();
            return Finding.of(!content.contains("[confidentiality]"), "lockdown: " + content);
        }
        if (mode.missing() && mounts.of("securityfs").isPresent()) {
            return Finding.of(true, "no lockdown: securityfs at " + mounted + " has no file lockdown");
        }
        String why = mounts.of("securityfs").isPresent() ? mode.why() : "securityfs is not mounted";
        String evidence = "lockdown is not known (" + why + "); " + kernelReads.evidence();
        return kernelReads.answer() == Answer.NOT_KNOWN
                ? Finding.notKnown(evidence, "mount -t securityfs securityfs /sys/kernel/security")
                : new Finding(kernelReads.answer(), evidence, "");
    }

    private List<Ability> symbols() {
        String restricted =
                Text.of(proc.resolve("sys/kernel/kptr_restrict")).content().orElse("not known");
        Set<String> data = new HashSet<>(DATA);
        data.retainAll(kallsyms.found());
        Finding addresses = kallsyms.fault()
                .map(why -> Finding.notKnown(why, SHOW_SYMBOLS))
                .orElseGet(() -> Finding.of(
                        kallsyms.addresses(),
                        "kptr_restrict=" + restricted + ", addresses in " + proc.resolve("kallsyms")
                                + (kallsyms.addresses() ? " are shown" : " are zero")));
        Finding all = kallsyms.fault()
                .map(why -> Finding.notKnown(why, SHOW_SYMBOLS))
                .orElseGet(() -> Finding.of(
                        !data.isEmpty(),
                        (data.isEmpty() ? "none of" : "found") + " data symbols "
                                + DATA.stream().sorted().toList()));
        return List.of(
                addresses
                        .ability(
                                "kallsyms addresses",
                                "symbols come from the ksym iterator alone",
                                "nothing to do where iter/ksym is there; else set kernel.kptr_restrict=1")
                        .with(Need.NONE),
                all.ability("CONFIG_KALLSYMS_ALL", "data symbols have no names; Karst needs none", "nothing to do")
                        .with(Need.NONE));
    }

    private Finding statistics() {
        Text setting = Text.of(proc.resolve("sys/kernel/bpf_stats_enabled"));
        return setting.content()
                .map(value -> Finding.of("1".equals(value), "kernel.bpf_stats_enabled is " + value))
                .orElseGet(() -> Finding.notKnown(setting.why(), MOUNT_PROC));
    }

    /** Properties that decide whether the tracepoints report waits. They explain the results of the self-test. */
    List<Ability> visibility() {
        Answer guest = guest();
        String effect = switch (guest) {
            case YES -> "a guest without them waits in a loop that is not traced: spin locks show nothing";
            case NO -> "none on bare metal: the queue of the native lock is traced, from the second waiter on";
            case NOT_KNOWN ->
                "none on bare metal; a guest without them waits in a loop that is not traced: spin locks show nothing";
        };
        Finding cpus = cpus();
        return List.of(
                paravirtual(guest)
                        .ability(
                                "paravirtual spin locks",
                                effect,
                                guest == Answer.NO ? "" : "run a kernel with CONFIG_PARAVIRT_SPINLOCKS")
                        .with(Need.NONE),
                cpus.ability(
                                "three CPUs",
                                "resilient locks (hash, LRU, ring buffer, queue, LPM) are traced from the second waiter on, which"
                                        + " takes three CPUs: fewer show nothing",
                                "give the machine three CPUs or more")
                        .with(Need.NONE));
    }

    private Finding paravirtual(Answer guest) {
        String where = switch (guest) {
            case YES -> "a guest, ";
            case NO -> "no guest, ";
            case NOT_KNOWN -> "a guest or not, ";
        };
        boolean listed = kallsyms.found().contains(PV_SLOWPATH);
        return kallsyms.fault()
                .map(why -> Finding.notKnown(where + why, SHOW_SYMBOLS))
                .orElseGet(
                        () -> Finding.of(listed, where + PV_SLOWPATH + (listed ? " is" : " is not") + " in kallsyms"));
    }

    /** The flag {@code hypervisor} of x86; other machines have no flags that tell. */
    private Answer guest() {
        return Text.of(proc.resolve("cpuinfo"))
                .content()
                .flatMap(text ->
                        text.lines().filter(line -> line.startsWith("flags")).findFirst())
                .map(flags -> Answer.of(flags.contains(" hypervisor")))
                .orElse(Answer.NOT_KNOWN);
    }

    private Finding cpus() {
        Path file = sys.resolve("devices/system/cpu/online");
        Text list = Text.of(file);
        OptionalInt online = list.content().map(SystemProbes::count).orElse(OptionalInt.empty());
        return online.isPresent()
                ? Finding.of(online.getAsInt() >= 3, online.getAsInt() + " CPUs online")
                : Finding.notKnown(
                        list.content()
                                .map(text -> file + " holds no list of CPUs: " + text)
                                .orElseGet(list::why),
                        MOUNT_SYS);
    }

    /** Counts a list such as {@code 0-3,6}. Java may report fewer CPUs, because of affinity or a container's limit. */
    private static OptionalInt count(String list) {
        int count = 0;
        for (String part : list.split(",", -1)) {
            if (!part.matches("\\d{1,6}(-\\d{1,6})?")) {
                return OptionalInt.empty();
            }
            String[] ends = part.split("-", 2);
            count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
        }
        return OptionalInt.of(count);
    }

    /**
     * A small file.
     *
     * @param content without white space around it; empty if it was not read
     * @param missing whether the file is known not to exist
     * @param why why it was not read
     */
    private record Text(Optional<String> content, boolean missing, String why) {
        static Text of(Path file) {
            try {
                String content = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
                return new Text(Optional.of(content.strip()), false, "");
            } catch (IOException e) {
                boolean missing = Files.notExists(file);
                return new Text(
                        Optional.empty(), missing, missing ? file + " is not there" : file + " cannot be read: " + e);
            }
        }
    }
}
