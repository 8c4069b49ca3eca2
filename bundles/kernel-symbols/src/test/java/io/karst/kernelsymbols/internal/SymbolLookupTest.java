// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

import io.karst.symbol.KernelSymbol;
import io.karst.symbol.SymbolStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SymbolLookupTest {
    private static final long TEXT = 0xffffffff81000000L;
    private static final String LIST = """
            ffffffff81000000 T first
            ffffffff81000100 t twice
            ffffffff81000200 T second
            ffffffff81000300 t twice
            ffffffff82000000 D __start_rodata
            ffffffff83000000 T last
            """;

    @TempDir
    Path folder;

    @Test
    void answersInTheOrderAsked() throws IOException {
        assertThat(lookup(false).byName(List.of("second", "twice", "first")))
                .extracting(KernelSymbol::name, KernelSymbol::address)
                .containsExactly(
                        tuple("second", TEXT + 0x200),
                        tuple("twice", TEXT + 0x100),
                        tuple("twice", TEXT + 0x300),
                        tuple("first", TEXT));
    }

    @ParameterizedTest(name = "{0}, data listed: {1}: {2}")
    @MethodSource
    void tellsNotFoundFromNotAvailable(String name, boolean dataIsListed, SymbolStatus expected) throws IOException {
        assertThat(lookup(dataIsListed).byName(List.of(name)))
                .containsExactly(new KernelSymbol(name, 0, 0, "", expected, ""));
    }

    static Stream<Arguments> tellsNotFoundFromNotAvailable() {
        return Stream.of(
                Arguments.of("nobody_knows_this", true, SymbolStatus.NOT_FOUND),
                Arguments.of("nobody_knows_this", false, SymbolStatus.NOT_FOUND),
                Arguments.of("bpf_map_fops", true, SymbolStatus.NOT_FOUND),
                Arguments.of("bpf_map_fops", false, SymbolStatus.NOT_AVAILABLE),
                Arguments.of("in_type_information", false, SymbolStatus.NOT_AVAILABLE),
                Arguments.of("in_type_information", true, SymbolStatus.NOT_FOUND));
    }

    @Test
    void withoutTypeInformationNothingIsRuledOut() throws IOException {
        Absence absence = new Absence(false, folder.resolve("none"));
        try (SymbolLookup lookup = new SymbolLookup(source(), absence)) {
            assertThat(lookup.byName(List.of("nobody_knows_this")).get(0).status())
                    .isEqualTo(SymbolStatus.NOT_AVAILABLE);
        }
    }

    @Test
    void withoutASourceNothingIsAvailable() {
        Absence absence = new Absence(false, folder.resolve("none"));
        try (SymbolLookup lookup = new SymbolLookup(Optional.empty(), absence)) {
            assertThat(lookup.byName(List.of("first")).get(0).status()).isEqualTo(SymbolStatus.NOT_AVAILABLE);
            assertThat(lookup.byAddress(List.of(TEXT)))
                    .containsExactly(new KernelSymbol("0xffffffff81000000", 0, 0, "", SymbolStatus.NOT_AVAILABLE, ""));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void findsTheSymbolOfAnAddress(String what, long address, boolean data, String name, SymbolStatus status)
            throws IOException {
        KernelSymbol found = lookup(data).byAddress(List.of(address)).get(0);
        assertThat(found.name()).isEqualTo(name);
        assertThat(found.status()).isEqualTo(status);
        if (status == SymbolStatus.FOUND) {
            assertThat(found.address()).isEqualTo(address);
        }
    }

    static Stream<Arguments> findsTheSymbolOfAnAddress() {
        return Stream.of(
                Arguments.of("its start", TEXT, false, "first", SymbolStatus.FOUND),
                Arguments.of("inside", TEXT + 0xff, false, "first", SymbolStatus.FOUND),
                Arguments.of("start of the next", TEXT + 0x100, false, "twice", SymbolStatus.FOUND),
                Arguments.of("below all", TEXT - 1, false, "0xffffffff80ffffff", SymbolStatus.NOT_FOUND),
                Arguments.of("above all", -1L, false, "0xffffffffffffffff", SymbolStatus.NOT_FOUND),
                Arguments.of("user space", 4096L, false, "0x1000", SymbolStatus.NOT_FOUND),
                Arguments.of(
                        "unlisted data", 0xffffffff82000010L, false, "0xffffffff82000010", SymbolStatus.NOT_AVAILABLE),
                Arguments.of("listed data", 0xffffffff82000010L, true, "__start_rodata", SymbolStatus.FOUND),
                Arguments.of("in the last", 0xffffffff83000010L, false, "last", SymbolStatus.FOUND));
    }

    @Test
    void answersManyAddressesInTheOrderAsked() throws IOException {
        List<Long> addresses = List.of(TEXT + 0x3ff, TEXT, TEXT + 0x210, 0L, TEXT + 0x1, TEXT);
        assertThat(lookup(false).byAddress(addresses))
                .extracting(KernelSymbol::name)
                .containsExactly("twice", "first", "second", "0x0", "first", "first");
        assertThat(lookup(false).byAddress(addresses))
                .extracting(KernelSymbol::offset)
                .containsExactly(0xffL, 0L, 0x10L, 0L, 1L, 0L);
    }

    @Test
    void refusesNonsense() throws IOException {
        SymbolLookup lookup = lookup(false);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> lookup.byName(List.of("ok", "")))
                .withMessage("symbol name '' has 0 bytes, not 1 to 511");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> lookup.byName(List.of("x".repeat(512))))
                .withMessageContaining("has 512 bytes, not 1 to 511");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> lookup.byName(Collections.nCopies(2000, "x")))
                .withMessage("2000 names are more than 1024 in one look-up");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> lookup.byAddress(LongStream.range(0, 1025).boxed().toList()))
                .withMessage("1025 addresses are more than 1024 in one look-up");
        assertThat(lookup.byName(List.of("x".repeat(511))).get(0).status()).isEqualTo(SymbolStatus.NOT_FOUND);
    }

    @Test
    void whatProvidersAskForCannotBreakTheStage() throws IOException {
        Set<String> names = IntStream.range(0, 3000).mapToObj(i -> "none_" + i).collect(Collectors.toSet());
        names.addAll(Set.of("", "x".repeat(600), "first"));
        List<KernelSymbol> results = lookup(false).byAnyName(names);
        assertThat(results).hasSize(3001);
        assertThat(results.get(0).name()).isEqualTo("first");
        assertThat(results.get(0).status()).isEqualTo(SymbolStatus.FOUND);
    }

    @Test
    void refusesAfterClose() throws IOException {
        SymbolLookup lookup = lookup(false);
        lookup.close();
        lookup.close();
        assertThatIllegalStateException().isThrownBy(() -> lookup.byName(List.of("first")));
    }

    private SymbolLookup lookup(boolean dataIsListed) throws IOException {
        return new SymbolLookup(source(), new Absence(dataIsListed, btf("in_type_information")));
    }

    private Optional<SymbolSource> source() throws IOException {
        return Optional.of(new KallsymsFile(Files.writeString(folder.resolve("kallsyms"), LIST)));
    }

    private Path btf(String name) throws IOException {
        byte[] names = ("\0" + name + "\0").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer file = ByteBuffer.allocate(36 + names.length).order(ByteOrder.nativeOrder());
        file.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(24);
        file.putInt(0).putInt(12).putInt(12).putInt(names.length); // one empty type, then the names
        file.position(36).put(names);
        return Files.write(folder.resolve("btf"), file.array());
    }
}
