// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests.kernels;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs every test with the tag {@code kernel} that lies on the class path in a folder, without OSGi. */
final class KernelTests implements TestExecutionListener {

    /** Tests that need a tool which the guest does not have; the distribution's own checks count independently. */
    private static final String NOT_HERE = "bpftrace";

    private final Checks checks;
    private int passed;
    private int failed;
    private int skipped;

    KernelTests(Checks checks) {
        this.checks = checks;
    }

    void run() {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClasspathRoots(testFolders()))
                .filters(TagFilter.includeTags("kernel"), TagFilter.excludeTags(NOT_HERE))
                .build();
        LauncherFactory.create().execute(request, this);
        String counts = passed + " passed, " + failed + " failed, " + skipped + " skipped";
        checks.report("kernel-tests", failed == 0 && skipped == 0 && passed > 0, counts);
    }

    private static Set<Path> testFolders() {
        List<String> entries =
                Arrays.asList(System.getProperty("java.class.path").split(":"));
        return entries.stream()
                .filter(entry -> entry.endsWith("-test-classes"))
                .map(Path::of)
                .filter(Files::isDirectory)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skipped++;
        checks.note("skipped " + test.getUniqueId() + ": " + reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
            passed += test.isTest() ? 1 : 0;
            return;
        }
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            skipped++;
        } else {
            failed++;
        }
        checks.failure(test.getUniqueId(), result.getThrowable());
    }
}
