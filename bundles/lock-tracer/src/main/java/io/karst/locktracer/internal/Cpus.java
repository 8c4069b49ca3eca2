// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.Bpf;
import io.karst.locks.LockContentionLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * CPUs of this machine. A host that allows CPUs to be added while it runs has more possible CPUs than present ones.
 *
 * @param possible number of CPUs that the kernel can ever have
 * @param present number of the last CPU that is there now, plus one
 */
record Cpus(int possible, int present) {
    private static final Path PRESENT = Path.of("/sys/devices/system/cpu/present");

    Cpus {
        if (possible < 1 || possible > LockContentionLayout.MAX_CPUS) {
            throw new IllegalArgumentException(
                    possible + " possible CPUs are outside 1.." + LockContentionLayout.MAX_CPUS);
        }
        if (present < 1 || present > possible) {
            throw new IllegalArgumentException(present + " present CPUs are outside 1.." + possible);
        }
    }

    /** Asks the kernel. */
    static Cpus of(Bpf bpf) {
        int possible = bpf.possibleCpus();
        try {
            return of(possible, Files.readString(PRESENT));
        } catch (IOException e) {
            return new Cpus(possible, possible);
        }
    }

    /**
     * From the kernel's list of present CPUs.
     *
     * @param list such as {@code 0-3,8-11}; if it cannot be read, all possible CPUs count as present
     */
    static Cpus of(int possible, String list) {
        String last = list.strip().replaceFirst("^.*[-,]", "");
        boolean isNumber = last.matches("[0-9]{1,9}");
        return new Cpus(possible, isNumber ? Math.min(possible, Integer.parseInt(last) + 1) : possible);
    }
}
