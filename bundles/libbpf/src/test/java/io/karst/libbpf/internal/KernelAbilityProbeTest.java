// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import io.karst.ability.Answer;
import io.karst.testing.BpfDescriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelAbilityProbeTest {
    private static final Set<String> HARMLESS = Set.of("paravirtual spin locks");

    private static Map<String, Ability> byName(List<Ability> abilities) {
        assertThat(abilities).extracting(Ability::ability).doesNotHaveDuplicates();
        assertThat(abilities).allSatisfy(ability -> {
            assertThat(ability.evidence()).isNotEmpty().doesNotContain("\n");
            assertThat(ability.effect()).isNotEmpty();
            // a missing ability comes with a remedy, but for the one whose lack harms nobody
            boolean harmless =
                    HARMLESS.contains(ability.ability()) && ability.remedy().isEmpty();
            assertThat(ability.remedy().isEmpty()).as("%s", ability).isEqualTo(ability.present() || harmless);
        });
        return abilities.stream().collect(Collectors.toMap(Ability::ability, Function.identity()));
    }

    private static Ability named(Map<String, Ability> abilities, String name) {
        return Objects.requireNonNull(abilities.get(name), name);
    }

    /** Everything that Karst cannot do without has to be there where the kernel tests run. */
    @Test
    @Tag("kernel")
    void findsWhatThisKernelHas() {
        List<String> before = BpfDescriptors.open();
        Map<String, Ability> abilities = byName(new KernelAbilityProbe().probe());
        assertThat(BpfDescriptors.open()).isEqualTo(before);
        for (String name : List.of(
                "CAP_BPF",
                "CAP_PERFMON",
                "libbpf",
                "BTF",
                "kernel memory readable",
                "lock:contention_begin/end",
                "iter/bpf_map",
                "bpf_map_lookup_percpu_elem",
                "mmapable arrays")) {
            assertThat(named(abilities, name).present())
                    .as("%s", named(abilities, name))
                    .isTrue();
        }
        assertThat(abilities)
                .containsKeys(
                        "CAP_SYS_ADMIN",
                        "CAP_SYS_RESOURCE",
                        "CAP_SYSLOG",
                        "bpffs",
                        "tracefs",
                        "CONFIG_KALLSYMS_ALL",
                        "kallsyms addresses",
                        "kprobes",
                        "iter/ksym",
                        "iter/task_file",
                        "resilient spin locks",
                        "bpf_get_kmem_cache",
                        "paravirtual spin locks",
                        "three CPUs",
                        "BPF statistics");
        assertThat(named(abilities, "three CPUs").evidence())
                .startsWith(Runtime.getRuntime().availableProcessors() + " CPUs");
    }

    @Test
    void answersWithoutLibbpf() {
        Map<String, Ability> abilities =
                byName(new KernelAbilityProbe("libbpf_not_there.so.1", Path.of("/proc"), Path.of("/sys")).probe());
        assertThat(named(abilities, "libbpf")).satisfies(ability -> {
            assertThat(ability.present()).isFalse();
            assertThat(ability.remedy()).startsWith("install the package libbpf1");
        });
        assertThat(named(abilities, "mmapable arrays").evidence()).isEqualTo("not tried, libbpf is missing");
        assertThat(List.of("mmapable arrays", "bpf_map_lookup_percpu_elem", "iter/bpf_map"))
                .allSatisfy(name -> assertThat(named(abilities, name).answer()).isEqualTo(Answer.NOT_KNOWN));
    }

    /** A machine with nothing: no process status, no mounts, no BTF, no symbols. */
    @Test
    void answersWhereNothingIsThere(@TempDir Path empty) {
        Map<String, Ability> abilities = byName(new KernelAbilityProbe("libbpf_not_there.so.1", empty, empty).probe());
        assertThat(abilities).containsKeys("capabilities", "tracing through BTF", "kernel memory readable", "BTF");
        assertThat(abilities.values())
                .filteredOn(ability -> !ability.ability().equals("libbpf"))
                .extracting(Ability::answer)
                .containsOnly(Answer.NOT_KNOWN);
    }

    @Test
    void readsWhatTheFilesSay(@TempDir Path root) throws IOException {
        write(root, "self/status", "CapEff:\t000001fffeffffff\n");
        link(root, "self/ns/user", "user:[4026531837]");
        write(root, "self/mounts", "proc /proc proc rw 0 0\nb /bpf bpf rw 0 0\n");
        write(root, "kallsyms", "0000000000000000 T _text\n0000000000000000 D init_task\n");
        write(root, "sys/kernel/kptr_restrict", "2\n");
        write(root, "kernel/security/lockdown", "none integrity [confidentiality]\n");
        write(root, "devices/system/cpu/online", "0-3,6\n");
        write(root, "cpuinfo", "flags\t\t: fpu hypervisor lahf_lm\n");
        Map<String, Ability> abilities = byName(new KernelAbilityProbe("libbpf_not_there.so.1", root, root).probe());
        assertThat(named(abilities, "CAP_SYS_RESOURCE").present()).isFalse();
        assertThat(named(abilities, "CAP_BPF").present()).isTrue();
        assertThat(named(abilities, "bpffs").evidence()).isEqualTo("mounted at /bpf");
        assertThat(named(abilities, "tracefs").present()).isFalse();
        assertThat(named(abilities, "kallsyms addresses").present()).isFalse();
        assertThat(named(abilities, "kallsyms addresses").evidence()).contains("kptr_restrict=2");
        assertThat(named(abilities, "CONFIG_KALLSYMS_ALL").present()).isTrue();
        assertThat(named(abilities, "kernel memory readable").present()).isFalse();
        assertThat(named(abilities, "three CPUs").evidence()).isEqualTo("5 CPUs online");
        assertThat(named(abilities, "paravirtual spin locks").effect()).startsWith("a guest without them");
    }

    /** Lockdown is seen in securityfs alone, so without it nobody has looked. */
    @ParameterizedTest
    @CsvSource({
        "none [integrity] confidentiality, '', YES, 'lockdown: none [integrity] confidentiality'",
        "none integrity [confidentiality], '', NO, 'lockdown: none integrity [confidentiality]'",
        "'', s /sys/kernel/security securityfs rw 0 0, YES, no lockdown: securityfs",
        "'', proc /proc proc rw 0 0, NOT_KNOWN, lockdown is not known (securityfs is not mounted)"
    })
    void lockdownIsKnownOnlyWhereSecurityfsIs(
            String lockdown, String mount, Answer expected, String evidence, @TempDir Path root) throws IOException {
        if (!lockdown.isEmpty()) {
            write(root, "kernel/security/lockdown", lockdown + "\n");
        }
        write(root, "self/mounts", mount + "\n");

        Ability ability = named(
                byName(new KernelAbilityProbe("libbpf_not_there.so.1", root, root).probe()), "kernel memory readable");

        assertThat(ability.answer()).isEqualTo(expected);
        assertThat(ability.evidence()).startsWith(evidence);
        assertThat(ability.remedy().contains("mount -t securityfs")).isEqualTo(expected == Answer.NOT_KNOWN);
    }

    @Test
    @Tag("kernel")
    void whereSecurityfsIsNotMountedTheKernelIsAsked(@TempDir Path root) throws IOException {
        write(root, "self/mounts", "proc /proc proc rw 0 0\n");

        Ability ability = named(
                byName(new KernelAbilityProbe(NativeLibraries.LIBBPF, root, root).probe()), "kernel memory readable");

        assertThat(ability.answer()).isEqualTo(Answer.YES);
        assertThat(ability.evidence())
                .isEqualTo("lockdown is not known (securityfs is not mounted); bpf_probe_read_kernel:"
                        + " libbpf_probe_bpf_helper: 1");
    }

    /** As in a container that hides the list behind an empty file. */
    @Test
    void anEmptyListOfSymbolsIsNotTakenForTheWhole(@TempDir Path root) throws IOException {
        write(root, "kallsyms", "");
        write(root, "cpuinfo", "flags\t\t: fpu hypervisor lahf_lm\n");
        Map<String, Ability> abilities = byName(new KernelAbilityProbe("libbpf_not_there.so.1", root, root).probe());

        for (String name : List.of("kallsyms addresses", "CONFIG_KALLSYMS_ALL", "paravirtual spin locks")) {
            assertThat(named(abilities, name).answer()).as(name).isEqualTo(Answer.NOT_KNOWN);
            assertThat(named(abilities, name).evidence()).contains("lists nothing");
        }
    }

    /** The mask is full there, but none of it holds for the kernel. */
    @Test
    void capabilitiesOfAUserNamespaceAreNone(@TempDir Path root) throws IOException {
        write(root, "self/status", "Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n");
        link(root, "self/ns/user", "user:[4026532999]");
        Map<String, Ability> abilities = byName(new KernelAbilityProbe("libbpf_not_there.so.1", root, root).probe());

        assertThat(named(abilities, "CAP_BPF").answer()).isEqualTo(Answer.NO);
        assertThat(named(abilities, "CAP_BPF").remedy())
                .contains("initial user namespace")
                .doesNotContain("as root");
    }

    @Test
    void aListOfCpusThatCannotBeReadIsNotOneCpu(@TempDir Path root) throws IOException {
        write(root, "devices/system/cpu/online", "0-x\n");
        Map<String, Ability> abilities = byName(new KernelAbilityProbe("libbpf_not_there.so.1", root, root).probe());

        assertThat(named(abilities, "three CPUs").answer()).isEqualTo(Answer.NOT_KNOWN);
        assertThat(named(abilities, "three CPUs").evidence()).contains("holds no list of CPUs: 0-x");
    }

    @Test
    void damagedBtfIsAResultNotAnError(@TempDir Path root) throws IOException {
        write(root, "kernel/btf/vmlinux", "no BTF at all, but long enough to have a header");
        Map<String, Ability> abilities = byName(new KernelAbilityProbe("libbpf_not_there.so.1", root, root).probe());
        assertThat(named(abilities, "tracing through BTF").evidence()).contains("is no BTF");
    }

    private static void link(Path root, String name, String target) throws IOException {
        Path link = root.resolve(name);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of(target));
    }

    private static void write(Path root, String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
