// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests.kernels;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs every test with the tag {@code kernel} that lies on the class path in a folder, without OSGi. A test that gives up
 * fails the check, unless it names something that this kernel is known to lack.
 */
final class KernelTests implements TestExecutionListener {

    private static final Duration SLOW = Duration.ofSeconds(10);

    private final Checks checks;
    private final List<String> without;
    private final Set<String> lacks;
    private final Set<String> missed = new TreeSet<>();
    private final Map<String, Long> began = new HashMap<>();
    private int passed;
    private int failed;
    private int skipped;

    KernelTests(Checks checks, List<String> without, Set<String> lacks) {
        this.checks = checks;
        this.without = without;
        this.lacks = lacks;
    }

    void run() {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClasspathRoots(testFolders()))
                .filters(TagFilter.includeTags("kernel"), TagFilter.excludeTags(without))
                .build();
        LauncherFactory.create().execute(request, this);
        String counts = passed + " passed, " + failed + " failed, " + skipped + " skipped";
        String absent = missed.isEmpty() ? "" : ", not on this kernel: " + String.join(" ", missed);
        checks.report(
                "kernel-tests",
                failed == 0 && skipped == 0 && passed > 0,
                counts + absent + ", left out: " + String.join(" ", without));
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
    public void executionStarted(TestIdentifier test) {
        began.put(test.getUniqueId(), System.nanoTime());
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skipped++;
        checks.note("skipped " + test.getUniqueId() + ": " + reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        noteTime(test);
        switch (result.getStatus()) {
            case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
            case ABORTED -> gaveUp(test, result.getThrowable());
            case FAILED -> {
                failed++;
                checks.failure(test.getUniqueId(), result.getThrowable());
            }
            default -> throw new IllegalStateException("unknown outcome " + result.getStatus());
        }
    }

    /** An assumption's message ends with the name of what is missing. */
    private void gaveUp(TestIdentifier test, Optional<Throwable> cause) {
        String message = cause.map(Throwable::getMessage).orElse("");
        String missing = message.substring(message.lastIndexOf(' ') + 1);
        if (lacks.contains(missing)) {
            missed.add(missing);
        } else {
            skipped++;
            checks.failure(test.getUniqueId(), cause);
        }
    }

    private void noteTime(TestIdentifier test) {
        long nanos = System.nanoTime() - began.getOrDefault(test.getUniqueId(), System.nanoTime());
        if (test.isTest() && nanos > SLOW.toNanos()) {
            checks.note(TimeUnit.NANOSECONDS.toSeconds(nanos) + " s " + test.getUniqueId());
        }
    }
}
