// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.Test;

/** What {@code ./run} mounts before it starts Karaf, tried in a mount namespace of its own. */
public class MountedIT {

    private static final String BPF = "/sys/fs/bpf";

    /** Nobody else may look at pins; the kernel always sets the sticky bit. */
    @Test
    public void theBpfFileSystemIsMountedForItsOwnerAlone() throws Exception {
        assertEquals("bpf_fs 1700", afterMounting("true"));
    }

    @Test
    public void aMountedBpfFileSystemStaysAsItIs() throws Exception {
        assertEquals("bpf_fs 1755", afterMounting("mount -t bpf -o mode=755 none " + BPF));
    }

    /** Type and mode of what is mounted in the end. */
    private static String afterMounting(String before) throws Exception {
        String script = String.join(
                "\n",
                "set -euo pipefail",
                "while mountpoint -q " + BPF + "; do umount " + BPF + "; done",
                before,
                ". ../build-tools/machine.sh",
                "mount_filesystems 2>/dev/null",
                "echo $(stat -f -c %T " + BPF + ") $(stat -c %a " + BPF + ")");
        Process process = new ProcessBuilder(List.of("unshare", "--mount", "bash", "-c", script))
                .redirectErrorStream(true)
                .start();
        try (InputStream output = process.getInputStream()) {
            String printed = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
            assertEquals(printed, 0, process.waitFor());
            return printed;
        }
    }
}
