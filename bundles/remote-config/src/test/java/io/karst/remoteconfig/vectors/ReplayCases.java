// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.vectors;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.CachedFile;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.TracerDetails;
import io.karst.remoteconfig.client.ClientState;
import io.karst.remoteconfig.client.RemoteConfigClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Responses served one after another: each has to make the client send exactly the expected request next. */
final class ReplayCases {

    private static final Client WHO = new Client(
            Optional.empty(),
            "replay",
            List.of("ANY"),
            true,
            Optional.of(new TracerDetails("runtime", "java", "1", "service", "env", "1", List.of())),
            false,
            Optional.empty(),
            false,
            Optional.empty(),
            0,
            Bytes.EMPTY);

    private ReplayCases() {}

    static List<VectorCase> cases(String name, Path folder, CaseJson json) {
        List<VectorCase> cases = new ArrayList<>();
        for (CaseJson replay : json.list("replays")) {
            String responses = replay.need("responses").text();
            cases.add(new VectorCase(name + " " + responses, () -> replay(folder, replay, json)));
        }
        return cases;
    }

    private static void replay(Path folder, CaseJson replay, CaseJson all) {
        List<CaseJson> responses = read(folder, replay.need("responses").text());
        List<CaseJson> requests = read(folder, replay.need("requests").text());
        boolean caching = replay.find("cachedFiles").map(CaseJson::bool).orElse(true);
        RemoteConfigClient client = CaseTrust.client(folder, replay, all);
        ClientState state = client.start();
        boolean echoes = false;
        for (int i = 0; i < requests.size(); i++) {
            check(i, requests.get(i), client.request(state, WHO), caching, echoes);
            if (i < responses.size()) {
                state = client.step(state, CaseTrust.response(responses.get(i))).next();
                // Before the first targets there is no state of the server to echo, whatever the expectation says.
                echoes |= state.targetsVersion() > 0;
            }
        }
        VectorFailure.unless(requests.size() > 1, "no requests");
    }

    private static List<CaseJson> read(Path folder, String file) {
        return CaseJson.parse(VectorRunner.read(folder.resolve(file))).list();
    }

    private static void check(int i, CaseJson expected, ConfigRequest request, boolean caching, boolean echoes) {
        CaseJson state = expected.need("client").need("state");
        State found = request.client().orElseThrow().state().orElseThrow();
        String at = "request " + i + " ";
        state.find("root_version")
                .ifPresent(version -> VectorFailure.same(version.number(), found.rootVersion(), at + "root_version"));
        state.find("targets_version")
                .ifPresent(version ->
                        VectorFailure.same(version.number(), found.targetsVersion(), at + "targets_version"));
        Set<String> configs = new TreeSet<>();
        for (CaseJson config : state.list("config_states")) {
            configs.add(config.need("product").text() + " " + config.need("id").text() + " "
                    + config.need("version").number());
        }
        Set<String> foundConfigs = new TreeSet<>();
        found.configStates()
                .forEach(config -> foundConfigs.add(config.product() + " " + config.id() + " " + config.version()));
        VectorFailure.same(configs, foundConfigs, at + "config_states");
        if (echoes) {
            Bytes echo = state.find("backend_client_state")
                    .map(echoed -> Bytes.of(echoed.base64()))
                    .orElse(Bytes.EMPTY);
            VectorFailure.same(echo.toHex(), found.backendClientState().toHex(), at + "backend_client_state");
        }
        state.find("has_error")
                .ifPresent(error -> VectorFailure.same(error.bool(), found.hasError(), at + "has_error"));
        if (caching) {
            VectorFailure.same(cached(expected), cached(request), at + "cached_target_files");
        }
    }

    private static Set<String> cached(CaseJson expected) {
        Set<String> files = new TreeSet<>();
        for (CaseJson file : expected.list("cached_target_files")) {
            Set<String> hashes = new TreeSet<>();
            file.list("hashes")
                    .forEach(hash -> hashes.add(hash.need("algorithm").text() + ":"
                            + hash.need("hash").text()));
            files.add(file.need("path").text() + " " + file.need("length").number() + " " + hashes);
        }
        return files;
    }

    private static Set<String> cached(ConfigRequest request) {
        Set<String> files = new TreeSet<>();
        for (CachedFile file : request.cachedFiles()) {
            Set<String> hashes = new TreeSet<>();
            file.hashes().forEach(hash -> hashes.add(hash.algorithm() + ":" + hash.hash()));
            files.add(file.path() + " " + file.length() + " " + hashes);
        }
        return files;
    }
}
