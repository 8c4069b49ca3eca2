// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernels;

import java.nio.file.Path;

/** Starts the distribution as a user would and checks what it says against the kernel's own histograms. */
final class DistributionPass {
    private final Checks checks;
    private final Path karaf;

    DistributionPass(Checks checks, Path karaf) {
        this.checks = checks;
        this.karaf = karaf;
    }

    void run() {
        checks.note("distribution at " + karaf);
    }
}
