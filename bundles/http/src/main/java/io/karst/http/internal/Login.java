// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.http.internal;

import java.util.Optional;
import java.util.Set;

/** Checks names and passwords. */
interface Login {
    /**
     * A user.
     *
     * @param name name
     * @param roles roles that the realm gave to the user
     */
    record Account(String name, Set<String> roles) {
        /** Copies the set. */
        public Account {
            roles = Set.copyOf(roles);
        }
    }

    /**
     * Checks one.
     *
     * @param password the caller clears it
     * @return empty if the name or password is wrong, or cannot be checked now
     */
    Optional<Account> check(String user, char[] password);
}
