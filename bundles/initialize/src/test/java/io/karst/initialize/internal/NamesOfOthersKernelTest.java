// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.bpf.BpfMap;
import io.karst.bpf.MapSpec;
import io.karst.component.KernelText;
import io.karst.component.SafeText;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.resource.BlindSpot;
import io.karst.resource.Inventory;
import io.karst.resource.MapOwner;
import io.karst.testing.ClasspathAssets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that others chose: mount points, pins and processes. */
@Tag("kernel")
@Timeout(180)
class NamesOfOthersKernelTest {
    /** An a with dots, and a byte that UTF-8 does not have. */
    private static final String BYTES = "\\303\\244\\377";

    private static final String SHOWN = "ä\ufffd";

    private final NativeBpf bpf = new NativeBpf();

    @TempDir
    private Path folder;

    @AfterEach
    void close() throws Exception {
        shell("umount \"$mount\" 2>/dev/null || true");
        bpf.close();
    }

    /** Java decides at start which characters a path may contain, so this takes a virtual machine of its own. */
    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void findsPinsWithEveryNameWithEveryLocale(String locale) throws Exception {
        shell("mkdir \"$mount\"; mount -t bpf bpf \"$mount\"");
        Path mount = KernelText.path((folder + "/\u00c3\u00a4\u00ff").getBytes(StandardCharsets.ISO_8859_1));
        Path pin = mount.resolve(mount.getFileName()); // a pin of the same name
        Path found = folder.resolve("found");
        try (BpfMap map = bpf.createMap(new MapSpec("array", "karst_t_name", 4, 8, 1, 0))) {
            map.pin(pin);
            ProcessBuilder java = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    PinsInALocale.class.getName(),
                    found.toString());
            java.environment().put("LC_ALL", locale);
            Process process = java.inheritIO().redirectErrorStream(true).start();
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(Files.readAllLines(found))
                    .contains(map.info().id() + " [" + folder + "/" + SHOWN + "/" + SHOWN + "]")
                    .noneMatch(line -> line.startsWith("blind"));
        }
    }

    /** Scans pins once, and writes down what it found. */
    static final class PinsInALocale {
        public static void main(String[] arguments) throws IOException {
            List<BlindSpot> blindSpots = new ArrayList<>();
            List<String> lines = new ArrayList<>();
            try (NativeBpf bpf = new NativeBpf()) {
                Map<Integer, List<String>> pins = new MapPinScanner(bpf, Path.of("/proc")).read(blindSpots);
                pins.forEach((map, paths) -> lines.add(map + " " + paths));
            }
            blindSpots.forEach(spot -> lines.add("blind " + spot.text()));
            Files.write(Path.of(arguments[0]), lines);
        }
    }

    @ParameterizedTest(name = "{index}")
    @ValueSource(strings = {"x\u001b]0;PWN\u0007", "a\nb\tc", "a\u202eb", "sixteen-letters"})
    void namesAProcessAsItIsAndShowsItSafely(String name) throws Exception {
        Path comm = Path.of("/proc/self/comm");
        String before = Files.readString(comm).strip();
        try (MapInventory inventory = MapInventory.open(new ClasspathAssets(), bpf, MapFilter.of("own", ""));
                BpfMap map = bpf.createMap(new MapSpec("array", "karst_t_name", 4, 8, 1, 0))) {
            Files.writeString(comm, name);
            assertThat(owners(inventory.rescan(), map))
                    .anySatisfy(owner -> assertThat(owner.name()).isEqualTo(name));
            assertThat(SafeText.of(name)).doesNotContainPattern("[\\p{Cntrl}\\p{Cf}]");
        } finally {
            Files.writeString(comm, before);
        }
    }

    @Test
    void aNameThatIsNoTextIsStillAnOwner() throws Exception {
        Path comm = Path.of("/proc/self/comm");
        String before = Files.readString(comm).strip();
        try (MapInventory inventory = MapInventory.open(new ClasspathAssets(), bpf, MapFilter.of("own", ""));
                BpfMap map = bpf.createMap(new MapSpec("array", "karst_t_name", 4, 8, 1, 0))) {
            Files.write(comm, new byte[] {'a', (byte) 0xff, (byte) 0xc3});
            assertThat(owners(inventory.rescan(), map))
                    .anySatisfy(owner -> assertThat(owner.name()).isEqualTo("a\ufffd\ufffd"));
        } finally {
            Files.writeString(comm, before);
        }
    }

    private static List<MapOwner> owners(Inventory inventory, BpfMap map) {
        return inventory.maps().stream()
                .filter(found -> found.id() == map.info().id())
                .flatMap(found -> found.owners().stream())
                .toList();
    }

    private void shell(String script) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder(
                        "sh", "-ec", "mount=$(printf '%s/" + BYTES + "' \"$0\")\n" + script, folder.toString())
                .inheritIO()
                .start();
        assertThat(shell.waitFor()).isZero();
    }
}
