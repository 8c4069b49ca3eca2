// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import java.util.List;

/** Where contributed assets come from. */
@FunctionalInterface
interface Contributions {

    /** All assets offered now, in any order; a name may come several times. */
    List<Contribution> all();
}
