// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.SignedRepository;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Completes ids of what was ever published, of the product that was typed before. */
@Service
public final class IdCompleter extends StoredCompleter {

    /** Called by Karaf. */
    public IdCompleter() {}

    @Override
    Collection<String> words(Optional<SignedRepository> repository, List<String> before) {
        return repository.stream()
                .flatMap(stored -> stored.paths().stream())
                .filter(path -> before.contains(path.product()))
                .map(ConfigPath::id)
                .toList();
    }
}
