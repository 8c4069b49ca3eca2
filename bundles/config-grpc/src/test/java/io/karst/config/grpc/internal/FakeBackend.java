// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.wire.ConfigBackend;
import io.karst.remoteconfig.wire.ConfigBackend.Answer;
import io.karst.remoteconfig.wire.ConfigBackend.RepositoryState;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Answers as told and remembers what it was asked. */
record FakeBackend(Function<ConfigRequest, Answer> answers, List<ConfigRequest> asked) implements ConfigBackend {

    static FakeBackend answering(Function<ConfigRequest, Answer> answers) {
        return new FakeBackend(answers, new CopyOnWriteArrayList<>());
    }

    static FakeBackend full() {
        return answering(request -> new Answer.Answered(Requests.response()));
    }

    @Override
    public Answer answer(ConfigRequest request) {
        asked.add(request);
        return answers.apply(request);
    }

    @Override
    public RepositoryState state() {
        return new RepositoryState(
                Map.of("targets.json", new RepositoryState.FileMetaState(4, "ab")),
                Map.of("employee/A/b/c", "cd"),
                List.of(Requests.full().client().orElseThrow()));
    }
}
