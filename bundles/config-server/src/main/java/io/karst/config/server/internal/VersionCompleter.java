// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.SignedRepository;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Completes the kept versions of the configuration that was typed before, behind an option that takes one. */
@Service
public final class VersionCompleter extends StoredCompleter {

    private static final Set<String> TAKE_ONE = Set.of("--version", "--from", "--to");

    /** Called by Karaf. */
    public VersionCompleter() {}

    @Override
    Collection<String> words(Optional<SignedRepository> repository, List<String> before) {
        if (before.isEmpty() || !TAKE_ONE.contains(before.get(before.size() - 1))) {
            return List.of();
        }
        return repository.stream().flatMap(stored -> versions(stored, before)).toList();
    }

    private static Stream<String> versions(SignedRepository stored, List<String> before) {
        return stored.paths().stream()
                .filter(path -> isNamed(path, before))
                .flatMap(path -> stored.versions(path).stream())
                .map(config -> Long.toString(config.version()));
    }

    private static boolean isNamed(ConfigPath path, List<String> before) {
        return before.contains(path.product()) && before.contains(path.id());
    }
}
