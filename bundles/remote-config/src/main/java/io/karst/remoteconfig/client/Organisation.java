// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whose configuration is accepted. The same keys may sign for several organisations, so signatures alone do not tell. Without a
 * UUID here, the first one that targets name is held until the root is rotated.
 *
 * @param uuid {@code custom.org_uuid} that targets have to name
 * @param id number that paths of the form {@code datadog/<org>/...} have to have
 */
public record Organisation(Optional<String> uuid, OptionalLong id) {

    /** The first that comes, and any path. */
    public static final Organisation ANY = new Organisation(Optional.empty(), OptionalLong.empty());

    /** What is held after targets that name {@code named}; {@code held} is from targets before, under the same root. */
    Optional<String> check(Optional<String> held, Optional<String> named) {
        Optional<String> expected = uuid.or(() -> held);
        boolean wrong = expected.isPresent()
                && named.map(name -> !name.equals(expected.get())).orElse(uuid.isPresent());
        if (wrong) {
            throw new RefusedException(new Refusal.WrongOrganisation(expected.get(), named.orElse("")));
        }
        return named.or(() -> held);
    }

    void check(ConfigPath path) {
        if (id.isPresent() && path.org().isPresent() && path.org().getAsLong() != id.getAsLong()) {
            throw new RefusedException(new Refusal.ForeignPath(path.text(), id.getAsLong()));
        }
    }
}
