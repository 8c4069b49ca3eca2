// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.vectors;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.tuf.Fetcher;
import io.karst.remoteconfig.tuf.TufClient;
import io.karst.remoteconfig.tuf.TufResult;
import io.karst.remoteconfig.tuf.TufState;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Recorded sessions of a TUF client: what it was served, how each command has to end, and what is trusted afterwards. */
final class TranscriptCases {

    private static final int NOT_FOUND = 404;
    private static final int OK = 200;

    private TranscriptCases() {}

    static List<VectorCase> cases(String name, Path folder, CaseJson json) {
        List<VectorCase> cases = new ArrayList<>();
        CaseJson index = CaseJson.parse(
                VectorRunner.read(folder.resolve(json.need("index").text())));
        for (CaseJson entry : index.list()) {
            String file = entry.isText() ? entry.text() : entry.need("file").text();
            cases.add(new VectorCase(name + " " + file, () -> new Session().run(folder.resolve(file))));
        }
        return cases;
    }

    /** One transcript. */
    private static final class Session {

        private TufState state = TufState.initial(Bytes.EMPTY);
        private final Map<String, Bytes> local = new HashMap<>();

        void run(Path file) {
            List<CaseJson> steps = CaseJson.parse(VectorRunner.read(file)).list("steps");
            VectorFailure.unless(!steps.isEmpty(), "no steps");
            for (int i = 0; i < steps.size(); i++) {
                step("step " + i + " ", steps.get(i));
            }
        }

        private void step(String at, CaseJson step) {
            String command = step.need("command").text();
            Clock clock = Clock.fixed(Instant.parse(step.need("time").text()), ZoneOffset.UTC);
            TufClient client = new TufClient(fetcher(step), clock);
            Optional<Refusal> refusal = Optional.empty();
            switch (command) {
                case "init" ->
                    state = TufState.initial(Bytes.of(step.need("trusted_root").base64()));
                case "refresh" -> refusal = keep(client.refresh(state));
                case "download" -> {
                    List<String> paths =
                            step.list("targets").stream().map(CaseJson::text).toList();
                    TufResult result = client.download(state, paths, local);
                    refusal = keep(result);
                    local.putAll(result.files());
                    checkFiles(at, step, result);
                }
                default -> throw new IllegalArgumentException("unknown command " + command);
            }
            boolean succeeds = step.need("exit").number() == 0;
            VectorFailure.unless(
                    succeeds == refusal.isEmpty(),
                    at
                            + command
                            + (succeeds ? " is refused: " : " is not refused ")
                            + refusal.map(Refusal::message).orElse(""));
            step.find("trusted_after").ifPresent(expected -> checkVersions(at, expected));
        }

        private Optional<Refusal> keep(TufResult result) {
            state = result.state();
            return result.refusal();
        }

        private static void checkFiles(String at, CaseJson step, TufResult result) {
            Map<String, Bytes> expected = new TreeMap<>();
            step.find("downloaded")
                    .map(CaseJson::members)
                    .orElse(Map.of())
                    .forEach((path, content) -> expected.put(path, Bytes.of(content.base64())));
            VectorFailure.same(expected, new TreeMap<>(result.files()), at + "files");
        }

        private void checkVersions(String at, CaseJson expected) {
            Map<String, Optional<Long>> versions = new TreeMap<>();
            expected.members()
                    .forEach((role, version) ->
                            versions.put(role, version.isNull() ? Optional.empty() : Optional.of(version.number())));
            VectorFailure.same(versions, state.versions(), at + "trusted versions");
        }

        private static Fetcher fetcher(CaseJson step) {
            Map<String, Deque<CaseJson>> served = new HashMap<>();
            for (CaseJson fetch : step.list("fetches")) {
                served.computeIfAbsent(fetch.need("url").text(), url -> new ArrayDeque<>())
                        .add(fetch);
            }
            return (path, limit) -> {
                Deque<CaseJson> answers = served.getOrDefault(path, new ArrayDeque<>());
                if (answers.isEmpty()) {
                    return Optional.empty();
                }
                CaseJson answer = answers.size() > 1 ? answers.remove() : answers.element();
                long status = answer.need("status").number();
                if (status == NOT_FOUND) {
                    return Optional.empty();
                }
                if (status != OK) {
                    throw new RefusedException(new Refusal.FetchFailed(path, "status " + status));
                }
                return Optional.of(
                        answer.find("body").map(body -> Bytes.of(body.base64())).orElse(Bytes.EMPTY));
            };
        }
    }
}
