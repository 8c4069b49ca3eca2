// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests.kernels;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Main class inside the guest: runs the kernel tests without OSGi, and the distribution as a user would run it. */
public final class Guest {

    /** A kernel without it is refused. */
    static final String TRACEPOINT = "contention_begin";

    private Guest() {}

    /**
     * Makes checks and prints one line for each.
     *
     * @param arguments four: which checks, such as {@code tests,distribution}; tags of tests that are left out; what this
     *     kernel is known to lack, such as {@code bpf_wq,bpf_arena}; the distribution, a tar.gz
     * @throws Exception if a check could not even be made
     */
    public static void main(String[] arguments) throws Exception {
        PrintStream console = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Checks checks = new Checks(console);
        Set<String> lacks = Set.copyOf(words(arguments[2]));
        for (String wanted : words(arguments[0])) {
            switch (wanted) {
                case "tests" -> {
                    if (lacks.contains(TRACEPOINT)) {
                        checks.note("no kernel tests without the tracepoint: the distribution has to refuse");
                    } else {
                        new KernelTests(checks, words(arguments[1]), lacks).run();
                    }
                }
                case "distribution" -> new DistributionPass(checks, lacks, Path.of(arguments[3])).run();
                default -> throw new IllegalArgumentException(wanted + " is none of tests, distribution");
            }
        }
    }

    private static List<String> words(String list) {
        return list.isEmpty() ? List.of() : List.of(list.split(",", -1));
    }
}
