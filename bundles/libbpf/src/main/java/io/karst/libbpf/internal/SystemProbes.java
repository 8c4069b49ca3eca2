// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.ability.Ability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Probes abilities by files below /proc and /sys. */
final class SystemProbes {
    private static final String PV_SLOWPATH = "__pv_queued_spin_lock_slowpath";

    /** Data symbols that every kernel with CONFIG_KALLSYMS_ALL lists. */
    private static final Set<String> DATA = Set.of("init_task", "bpf_map_fops", "jiffies");

    private final Path proc;
    private final Path sys;

    SystemProbes(Path proc, Path sys) {
        this.proc = proc;
        this.sys = sys;
    }

    List<Ability> probe() {
        List<Ability> abilities = new ArrayList<>();
        abilities.add(file(
                "BTF",
                sys.resolve("kernel/btf/vmlinux"),
                "programs cannot be fitted to this kernel without a BTF file of it",
                "run a kernel with CONFIG_DEBUG_INFO_BTF, or give a BTF file in the configuration of core-assets"));
        abilities.add(mount(
                "bpffs",
                "bpf",
                "nothing can be pinned: a restart of Karaf loses the counters",
                "mount -t bpf bpf /sys/fs/bpf"));
        abilities.add(mount(
                "tracefs",
                "tracefs",
                "tracepoints cannot be listed; tracing itself works through BTF",
                "mount -t tracefs nodev /sys/kernel/tracing"));
        abilities.add(lockdown());
        abilities.addAll(symbols());
        abilities.add(kprobes());
        abilities.add(statistics());
        return abilities;
    }

    private static Ability file(String name, Path file, String effect, String remedy) {
        boolean there = Files.isReadable(file);
        return new Ability(name, there, file + (there ? " is there" : " is not readable"), effect, there ? "" : remedy);
    }

    private Ability mount(String name, String type, String effect, String remedy) {
        Path mounts = proc.resolve("self/mounts");
        try (Stream<String> lines = Files.lines(mounts)) {
            Optional<String> place = lines.map(line -> line.split(" ", -1))
                    .filter(fields -> fields.length > 2 && fields[2].equals(type))
                    .map(fields -> fields[1])
                    .findFirst();
            String evidence = place.map(at -> "mounted at " + at).orElse("no mount of type " + type + " in " + mounts);
            return new Ability(name, place.isPresent(), evidence, effect, place.isPresent() ? "" : remedy);
        } catch (IOException e) {
            return new Ability(name, false, mounts + " cannot be read: " + e, effect, remedy);
        }
    }

    /** In lockdown mode confidentiality BPF may not read kernel memory. A kernel without the file has no lockdown. */
    private Ability lockdown() {
        String mode = text(sys.resolve("kernel/security/lockdown")).orElse("no lockdown");
        boolean free = !mode.contains("[confidentiality]");
        return new Ability(
                "kernel memory readable",
                free,
                "lockdown: " + mode,
                "lock addresses cannot be read from map structs: no ranges",
                free ? "" : "boot without lockdown=confidentiality");
    }

    private List<Ability> symbols() {
        Path kallsyms = proc.resolve("kallsyms");
        String restricted = text(proc.resolve("sys/kernel/kptr_restrict")).orElse("not known");
        boolean[] addresses = {false};
        boolean[] data = {false};
        try (Stream<String> lines = Files.lines(kallsyms)) {
            lines.takeWhile(line -> line.indexOf('[') < 0).forEach(line -> {
                String[] fields = line.split("\\s+", 3);
                addresses[0] |= !fields[0].matches("0+");
                data[0] |= fields.length > 2 && DATA.contains(fields[2]);
            });
        } catch (IOException e) {
            restricted = e.toString();
        }
        return List.of(
                new Ability(
                        "kallsyms addresses",
                        addresses[0],
                        "kptr_restrict=" + restricted + ", addresses in " + kallsyms
                                + (addresses[0] ? " are shown" : " are zero"),
                        "symbols come from the ksym iterator alone",
                        addresses[0] ? "" : "nothing to do where iter/ksym is there; else set kernel.kptr_restrict=1"),
                new Ability(
                        "CONFIG_KALLSYMS_ALL",
                        data[0],
                        (data[0] ? "found" : "none of") + " data symbols "
                                + DATA.stream().sorted().toList(),
                        "data symbols have no names; Karst needs none",
                        data[0] ? "" : "nothing to do"));
    }

    private Ability kprobes() {
        Path type = sys.resolve("bus/event_source/devices/kprobe/type");
        boolean there = Files.exists(type);
        return new Ability(
                "kprobes",
                there,
                type + (there ? " is there" : " is missing"),
                "none: Karst uses tracepoints and iterators",
                there ? "" : "nothing to do");
    }

    private Ability statistics() {
        boolean on = text(proc.resolve("sys/kernel/bpf_stats_enabled"))
                .filter("1"::equals)
                .isPresent();
        return new Ability(
                "BPF statistics",
                on,
                "kernel.bpf_stats_enabled is " + (on ? "1" : "off"),
                "run times of Karst's own programs are not known",
                on ? "" : "sysctl kernel.bpf_stats_enabled=1 (costs a little on every program run)");
    }

    /** Properties that decide whether the tracepoints report waits. The self-test measures the same at start. */
    List<Ability> visibility() {
        boolean guest = text(proc.resolve("cpuinfo")).orElse("").contains(" hypervisor");
        boolean paravirtual = hasSymbol(PV_SLOWPATH);
        int cpus = onlineCpus();
        return List.of(
                new Ability(
                        "paravirtual spin locks",
                        paravirtual,
                        (guest ? "a guest, " : "no guest, ") + PV_SLOWPATH + (paravirtual ? " is" : " is not")
                                + " in kallsyms",
                        guest
                                ? "a guest without them waits in a loop that is not traced: spin locks show nothing"
                                : "none on bare metal: the queue of the native lock is traced, from the second waiter on",
                        paravirtual || !guest ? "" : "run a kernel with CONFIG_PARAVIRT_SPINLOCKS"),
                new Ability(
                        "three CPUs",
                        cpus >= 3,
                        cpus + " CPUs online",
                        "resilient locks (hash, LRU, ring buffer, queue, LPM) are traced from the second waiter on, which"
                                + " takes three CPUs: fewer show nothing",
                        cpus >= 3 ? "" : "give the machine three CPUs or more"));
    }

    private boolean hasSymbol(String name) {
        try (Stream<String> lines = Files.lines(proc.resolve("kallsyms"))) {
            return lines.anyMatch(line -> line.endsWith(" " + name));
        } catch (IOException e) {
            return false;
        }
    }

    /** Counts a list such as {@code 0-3,6}. Java may report fewer CPUs, because of affinity or a container's limit. */
    private int onlineCpus() {
        String list = text(sys.resolve("devices/system/cpu/online")).orElse("0");
        int count = 0;
        for (String part : list.split(",", -1)) {
            String[] ends = part.split("-", 2);
            count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
        }
        return count;
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
