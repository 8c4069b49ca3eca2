// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.vectors;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs every {@code case.json} below the folders given, prints a line for each case that fails, and ends with {@code N passed, N failed}.
 * A folder called {@code real-roots} without {@code case.json} is a collection of trust anchors.
 */
public final class VectorRunner {

    private static final String CASE = "case.json";
    private static final String REAL_ROOTS = "real-roots";

    private VectorRunner() {}

    /**
     * Runs vectors; ends with status 1 if any failed or none was found, with 2 if called wrongly.
     *
     * @param folders where to look
     */
    @SuppressWarnings("SystemExitOutsideMain")
    public static void main(String[] folders) {
        System.exit(run(folders, System.out)); // the program's result is its output and its status
    }

    static int run(String[] folders, PrintStream out) {
        if (folders.length == 0) {
            out.println("usage: vectors DIR...");
            return 2;
        }
        int passed = 0;
        int failed = 0;
        for (String folder : folders) {
            for (VectorCase one : cases(Path.of(folder))) {
                Optional<String> failure = failure(one);
                if (failure.isEmpty()) {
                    passed++;
                } else {
                    failed++;
                    out.println("FAILED " + one.name() + ": " + failure.get());
                }
            }
        }
        out.println(passed + " passed, " + failed + " failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    @SuppressWarnings("IllegalCatch") // whatever a vector makes the code throw is that vector's failure
    static Optional<String> failure(VectorCase one) {
        try {
            one.check().run();
            return Optional.empty();
        } catch (VectorFailure e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (RuntimeException | StackOverflowError e) {
            return Optional.of(e.toString());
        }
    }

    /** Every case below a folder. */
    static List<VectorCase> cases(Path folder) {
        List<Path> found;
        try (Stream<Path> files = Files.walk(folder)) {
            found = files.filter(VectorRunner::isCollection).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(new VectorCase(folder.toString(), () -> {
                throw new VectorFailure("cannot be read: " + e);
            }));
        }
        List<VectorCase> cases = new ArrayList<>();
        for (Path path : found) {
            cases.addAll(load(folder, path));
        }
        return cases;
    }

    private static boolean isCollection(Path path) {
        return path.endsWith(CASE)
                || (path.endsWith(REAL_ROOTS) && Files.isDirectory(path) && !Files.exists(path.resolve(CASE)));
    }

    @SuppressWarnings("IllegalCatch") // a collection that cannot be read is one failed case, by name
    private static List<VectorCase> load(Path base, Path path) {
        Path folder = path.endsWith(CASE) ? path.resolveSibling("") : path;
        String name = base.relativize(path).toString();
        try {
            List<VectorCase> cases = path.endsWith(CASE)
                    ? byKind(name.isEmpty() ? CASE : name, folder, CaseJson.parse(read(path)))
                    : RootCases.cases(name, folder);
            if (cases.isEmpty()) {
                throw new IllegalArgumentException("it holds no case");
            }
            return cases;
        } catch (RuntimeException | StackOverflowError e) {
            return List.of(new VectorCase(name, () -> {
                throw new VectorFailure(e.toString());
            }));
        }
    }

    private static List<VectorCase> byKind(String name, Path folder, CaseJson json) {
        String kind = json.need("kind").text();
        return switch (kind) {
            case "canonical-json" -> CanonicalCases.cases(name, folder, json);
            case "wycheproof" -> SignatureCases.cases(name, folder, json);
            case "responses" -> ResponseCases.cases(name, folder, json);
            case "state-machine" -> ReplayCases.cases(name, folder, json);
            case "tuf-transcripts" -> TranscriptCases.cases(name, folder, json);
            case "roots", REAL_ROOTS -> RootCases.cases(name, folder);
            default -> throw new IllegalArgumentException("unknown kind of case: " + kind);
        };
    }

    static byte[] read(Path path) {
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
