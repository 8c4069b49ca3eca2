// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MapPinScannerTest {

    @Test
    void findsBpfMounts() {
        assertThat(MapPinScanner.bpfMounts(List.of(
                        "23 1 0:21 / /sys rw - sysfs sysfs rw",
                        "42 23 0:39 / /sys/fs/bpf rw,relatime shared:7 - bpf bpf rw,mode=700",
                        "43 23 0:40 / /run/my\\040own\\134bpf rw - bpf none rw",
                        "44 23 0:41 / /bpf rw - tmpfs bpf rw",
                        "",
                        "nonsense - bpf")))
                .containsExactly(Path.of("/sys/fs/bpf"), Path.of("/run/my own\\bpf"));
    }
}
