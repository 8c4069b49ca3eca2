// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.karst.asset.AssetException;
import io.karst.asset.AssetOutcome;
import io.karst.asset.AssetResult;
import io.karst.asset.BtfOptions;
import io.karst.asset.CoreAsset;
import io.karst.asset.CoreAssetLoader;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.resource.Inventory;
import io.karst.resource.ResourceInventory;
import io.karst.symbol.KernelSymbol;
import io.karst.symbol.SymbolStatus;
import io.karst.testing.BpfDescriptors;
import io.karst.testing.ClasspathAssets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Look-ups against the running kernel, compared with /proc/kallsyms as root sees it. */
@Tag("kernel")
class KernelSymbolsKernelTest {
    private static final Path KALLSYMS = Path.of("/proc/kallsyms");
    private static final Path RESTRICT = Path.of("/proc/sys/kernel/kptr_restrict");
    private static final Path BTF = Path.of("/sys/kernel/btf/vmlinux");

    private final NativeBpf bpf = new NativeBpf();

    @AfterEach
    void close() {
        bpf.close();
    }

    @Test
    void findsTheSameAddressesAsKallsyms() throws IOException {
        Map<String, Set<Long>> listed = kernelCode();
        List<String> names = sample(listed.keySet(), 500);
        try (KernelSymbolsStage stage = stage(new ClasspathAssets())) {
            Map<String, Set<Long>> found = new HashMap<>();
            for (KernelSymbol symbol : stage.byName(names)) {
                assertThat(symbol.status()).as(symbol.name()).isEqualTo(SymbolStatus.FOUND);
                assertThat(symbol.source()).isEqualTo("iter/ksym");
                found.computeIfAbsent(symbol.name(), name -> new TreeSet<>()).add(symbol.address());
            }
            assertThat(found.keySet()).isEqualTo(Set.copyOf(names));
            names.forEach(name -> assertThat(found.get(name)).as(name).containsAll(listed.get(name)));
        }
    }

    @Test
    void findsTheSymbolsOfAddresses() throws IOException {
        Map<String, Set<Long>> listed = kernelCode();
        Map<Long, Set<String>> names = new HashMap<>();
        listed.forEach((name, addresses) -> addresses.forEach(address ->
                names.computeIfAbsent(address, key -> new TreeSet<>()).add(name)));
        List<Long> starts = sample(names.keySet(), 1000);
        try (KernelSymbolsStage stage = stage(new ClasspathAssets())) {
            List<KernelSymbol> found = stage.byAddress(starts);
            for (int i = 0; i < starts.size(); i++) {
                KernelSymbol symbol = found.get(i);
                assertThat(symbol.address()).isEqualTo(starts.get(i));
                assertThat(symbol.offset()).as(symbol.toString()).isZero();
                assertThat(names.get(starts.get(i))).contains(symbol.name());
            }
        }
    }

    @Test
    void insideAFunctionTheOffsetIsToldToo() {
        try (KernelSymbolsStage stage = stage(new ClasspathAssets())) {
            KernelSymbol start = stage.byName(List.of("bpf_map_lookup_elem")).get(0);
            KernelSymbol inside = stage.byAddress(List.of(start.address() + 3)).get(0);
            assertThat(inside.name()).isEqualTo("bpf_map_lookup_elem");
            assertThat(inside.offset()).isEqualTo(3);
            // above the per-CPU symbols, which some kernels list from 0 on, and below all others
            assertThat(stage.byAddress(List.of(1L << 40)).get(0).status()).isEqualTo(SymbolStatus.NOT_FOUND);
        }
    }

    @Test
    void tellsNotAvailableFromNotFound() throws IOException {
        boolean dataIsListed = listed(Absence.DATA_WITNESS);
        try (KernelSymbolsStage stage = stage(new ClasspathAssets())) {
            List<KernelSymbol> found = stage.byName(List.of("bpf_map_fops", "karst_no_such_symbol"));
            assertThat(found.get(0).status()).isEqualTo(dataIsListed ? SymbolStatus.FOUND : SymbolStatus.NOT_AVAILABLE);
            assertThat(found.get(1).status()).isEqualTo(SymbolStatus.NOT_FOUND);
            assertThat(stage.resolved())
                    .extracting(KernelSymbol::name)
                    .containsExactlyInAnyOrder("bpf_map_fops", "schedule");
        }
    }

    @Test
    void worksWhereAddressesAreHidden() throws IOException {
        String before = Files.readString(RESTRICT);
        try {
            Files.writeString(RESTRICT, "2");
            assertThat(new KallsymsFile(KALLSYMS).fault()).isPresent();
            try (KernelSymbolsStage stage = stage(new ClasspathAssets())) {
                KernelSymbol symbol = stage.byName(List.of("schedule")).get(0);
                assertThat(symbol.address()).isNegative();
                assertThat(stage.byAddress(List.of(symbol.address())).get(0).name())
                        .isEqualTo("schedule");
            }
            try (KernelSymbolsStage stage = stage(new Refusing())) {
                assertThat(stage.byName(List.of("schedule")).get(0).status()).isEqualTo(SymbolStatus.NOT_AVAILABLE);
                assertThat(stage.probe().get(0).present()).isFalse();
                assertThat(stage.probe().get(0).evidence())
                        .contains("no iter/ksym")
                        .contains("kptr_restrict");
            }
        } finally {
            Files.writeString(RESTRICT, before);
        }
    }

    @Test
    void fallsBackToKallsyms() {
        List<String> names = List.of("schedule", "bpf_map_fops", "karst_no_such_symbol", "do_exit");
        try (KernelSymbolsStage iterator = stage(new ClasspathAssets());
                KernelSymbolsStage file = stage(new Refusing())) {
            List<KernelSymbol> expected = iterator.byName(names).stream()
                    .map(symbol -> symbol.status() == SymbolStatus.FOUND ? from(symbol) : symbol)
                    .toList();
            assertThat(file.byName(names)).isEqualTo(expected);
            assertThat(file.probe().get(0).present()).isTrue();
            assertThat(file.probe().get(0).evidence()).contains("/proc/kallsyms is read instead");
            List<Long> addresses =
                    expected.stream().map(symbol -> symbol.address() + 5).toList();
            assertThat(file.byAddress(addresses))
                    .extracting(KernelSymbol::name, KernelSymbol::offset)
                    .isEqualTo(iterator.byAddress(addresses).stream()
                            .map(symbol -> tuple(symbol.name(), symbol.offset()))
                            .toList());
        }
    }

    @Test
    void takesAsManyNamesAsItSays() {
        List<String> names =
                IntStream.range(0, 1024).mapToObj(i -> "karst_none_" + i).toList();
        try (KernelSymbolsStage stage = stage(new ClasspathAssets())) {
            for (int i = 0; i < 2; i++) {
                assertThat(stage.byName(names))
                        .hasSize(1024)
                        .allSatisfy(symbol -> assertThat(symbol.status()).isEqualTo(SymbolStatus.NOT_FOUND));
            }
            assertThat(stage.byName(List.of("x".repeat(511))).get(0).status()).isEqualTo(SymbolStatus.NOT_FOUND);
            assertThat(stage.byName(List.of("schedule")).get(0).status()).isEqualTo(SymbolStatus.FOUND);
        }
    }

    @Test
    void leavesNoDescriptorBehind() throws IOException {
        stage(new ClasspathAssets()).close();
        List<String> before = BpfDescriptors.open();
        for (int i = 0; i < 10; i++) {
            stage(new ClasspathAssets()).close();
        }
        assertThat(BpfDescriptors.open()).isEqualTo(before);
    }

    private static KernelSymbol from(KernelSymbol symbol) {
        return new KernelSymbol(
                symbol.name(),
                symbol.address(),
                symbol.offset(),
                symbol.module(),
                symbol.status(),
                KALLSYMS.toString());
    }

    private KernelSymbolsStage stage(CoreAssetLoader loader) {
        Inventory inventory = new Inventory(1, Instant.EPOCH, List.of(), Set.of("bpf_map_fops", "schedule"), List.of());
        ResourceInventory resources = new ResourceInventory() {
            @Override
            public Inventory current() {
                return inventory;
            }

            @Override
            public Inventory rescan() {
                return inventory;
            }
        };
        return new KernelSymbolsStage(resources, loader, bpf, KALLSYMS, BTF);
    }

    /** Code of the kernel itself: modules and BPF programs come and go. */
    private static Map<String, Set<Long>> kernelCode() throws IOException {
        Map<String, Set<Long>> code = new HashMap<>();
        try (Stream<String> lines = Files.lines(KALLSYMS)) {
            lines.flatMap(line -> KallsymsFile.parse(line).stream())
                    .filter(symbol -> symbol.isCode() && symbol.module().isEmpty())
                    .forEach(symbol -> code.computeIfAbsent(symbol.name(), name -> new TreeSet<>())
                            .add(symbol.address()));
        }
        assertThat(code).as("addresses are visible to root").hasSizeGreaterThan(10_000);
        return code;
    }

    private static boolean listed(String name) throws IOException {
        try (Stream<String> lines = Files.lines(KALLSYMS)) {
            return lines.anyMatch(line -> line.endsWith(" " + name));
        }
    }

    private static <T extends Comparable<T>> List<T> sample(Set<T> all, int count) {
        List<T> shuffled = new ArrayList<>(new TreeSet<>(all));
        Collections.shuffle(shuffled, new Random(7));
        return shuffled.subList(0, count);
    }

    /** As on a kernel without iter/ksym. */
    private static final class Refusing implements CoreAssetLoader {
        @Override
        public <T> T load(String name, BiFunction<CoreAsset, BtfOptions, T> callback) {
            throw new AssetException(AssetOutcome.LOADER, "this kernel has no iter/ksym");
        }

        @Override
        public List<AssetResult> results() {
            return List.of();
        }
    }
}
