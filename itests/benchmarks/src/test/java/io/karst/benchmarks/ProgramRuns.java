// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.bpf.BpfProgram;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What the kernel knows of a program of this process.
 *
 * @param runs counted while {@code kernel.bpf_stats_enabled} is 1
 * @param nanos of these runs
 * @param verified instructions that the verifier processed; 0 before Linux 5.16
 */
record ProgramRuns(long runs, long nanos, long verified) {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fdinfo");

    static ProgramRuns of(BpfProgram program) throws IOException {
        String id = Integer.toString(program.info().id());
        try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : all) {
                Map<String, String> fields = fields(descriptor);
                if (id.equals(fields.get("prog_id"))) {
                    return new ProgramRuns(
                            number(fields, "run_cnt"), number(fields, "run_time_ns"), number(fields, "verified_insns"));
                }
            }
        }
        throw new IOException("no descriptor of this process is program " + id);
    }

    private static Map<String, String> fields(Path descriptor) throws IOException {
        Map<String, String> fields = new HashMap<>();
        try {
            for (String line : Files.readAllLines(descriptor)) {
                String[] words = line.split(":\\s+", 2);
                if (words.length == 2) {
                    fields.put(words[0], words[1]);
                }
            }
        } catch (NoSuchFileException e) {
            // closed meanwhile, such as the one of the directory
            return Map.of();
        }
        return fields;
    }

    private static long number(Map<String, String> fields, String name) {
        return Long.parseLong(fields.getOrDefault(name, "0"));
    }

    boolean hasRunSince(ProgramRuns before) {
        return runs > before.runs;
    }

    /** Mean time of the runs since then; there has to be one. */
    double nanosSince(ProgramRuns before) {
        return (double) (nanos - before.nanos) / (runs - before.runs);
    }
}
