// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What Karst costs a Karaf: two Karafs, which differ in the feature {@code karst} only. Needs root. */
final class KarafCost implements AutoCloseable {

    private static final double KIB_OF_MIB = 1024;
    private static final double PERCENT = 100;
    private static final String WITH = "karst";
    private static final String WITHOUT = "the same Karaf without Karst";

    private final KarafProcess with;
    private final KarafProcess without;

    /**
     * Unpacks both, and starts each once, which installs the features.
     *
     * @param archive the distribution
     * @param folder for both, to be made
     */
    KarafCost(Path archive, Path folder) throws IOException, InterruptedException {
        with = new KarafProcess(archive, folder.resolve("with"), true);
        without = new KarafProcess(archive, folder.resolve("without"), false);
        boolean complete = false;
        try {
            for (KarafProcess karaf : List.of(with, without)) {
                karaf.start();
                karaf.stop();
            }
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    /** From the start of the process to the first snapshot, or to the shell without Karst; in turn. */
    List<Figure> start(int turns) throws IOException, InterruptedException {
        List<Double> seconds = new ArrayList<>();
        List<Double> others = new ArrayList<>();
        for (int i = 0; i < turns; i++) {
            seconds.add(start(with));
            others.add(start(without));
        }
        return figures("start", "s", seconds, others);
    }

    private static double start(KarafProcess karaf) throws IOException, InterruptedException {
        double seconds = (double) karaf.start().toNanos() / TimeUnit.SECONDS.toNanos(1);
        karaf.stop();
        return seconds;
    }

    /** Resident memory some time after the start and two full collections; in turn. */
    List<Figure> memory(int turns, Duration settle) throws IOException, InterruptedException {
        List<Double> mib = new ArrayList<>();
        List<Double> others = new ArrayList<>();
        for (int i = 0; i < turns; i++) {
            mib.add(memory(with, settle));
            others.add(memory(without, settle));
        }
        return figures("memory", "MiB", mib, others);
    }

    private static double memory(KarafProcess karaf, Duration settle) throws IOException, InterruptedException {
        karaf.start();
        TimeUnit.MILLISECONDS.sleep(settle.toMillis());
        karaf.collect();
        karaf.collect();
        double mib = karaf.usage().residentKib() / KIB_OF_MIB;
        karaf.stop();
        return mib;
    }

    /** CPU time in windows in which nobody asks for anything; both run at the same time. */
    List<Figure> idle(int windows, Duration window, Duration settle) throws IOException, InterruptedException {
        with.start();
        without.start();
        TimeUnit.MILLISECONDS.sleep(settle.toMillis());
        List<Double> percent = new ArrayList<>();
        List<Double> others = new ArrayList<>();
        for (int i = 0; i < windows; i++) {
            Usage before = with.usage();
            Usage otherBefore = without.usage();
            long begun = System.nanoTime();
            TimeUnit.MILLISECONDS.sleep(window.toMillis());
            double nanos = System.nanoTime() - begun;
            percent.add(PERCENT * with.usage().cpuSince(before).toNanos() / nanos);
            others.add(PERCENT * without.usage().cpuSince(otherBefore).toNanos() / nanos);
        }
        with.stop();
        without.stop();
        return figures("idle", "% of a CPU", percent, others);
    }

    private static List<Figure> figures(String name, String unit, List<Double> values, List<Double> others) {
        List<Double> beyond = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            beyond.add(values.get(i) - others.get(i));
        }
        return List.of(
                Figure.of(name + "/beyond", unit, beyond),
                Figure.of(name + "/" + WITH, unit, values, WITHOUT, others),
                Figure.of(name + "/" + WITHOUT, unit, others));
    }

    @Override
    public void close() throws IOException, InterruptedException {
        with.close();
        without.close();
    }

    /** The built distribution. */
    static Path archive() throws IOException {
        Path file = Path.of(System.getProperty("karst.distribution", "not set"));
        if (!Files.isReadable(file)) {
            throw new IOException("system property karst.distribution has to name the distribution's archive: " + file);
        }
        return file;
    }
}
