// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests.kernels;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Main class inside the guest: first the kernel tests without OSGi, then the distribution as a user would run it. */
public final class Guest {
    private Guest() {}

    /**
     * Runs all checks and prints one line for each.
     *
     * @param arguments the distribution, a tar.gz
     * @throws Exception if a check could not even be made
     */
    public static void main(String[] arguments) throws Exception {
        PrintStream console = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Checks checks = new Checks(console);
        new KernelTests(checks).run();
        new DistributionPass(checks, Path.of(arguments[0])).run();
    }
}
