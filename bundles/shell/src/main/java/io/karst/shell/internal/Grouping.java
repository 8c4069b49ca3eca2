// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Arguments;
import io.karst.contention.ContentionSnapshot;
import java.util.List;
import org.apache.karaf.shell.support.CommandException;

/** What one line of {@code karst:locks} stands for. */
enum Grouping {
    /** All locks of a map. */
    MAP,
    /** All locks of one kind in a map. */
    KIND,
    /** One lock. */
    LOCK;

    List<LockRow> rows(ContentionSnapshot snapshot) {
        return switch (this) {
            case MAP -> MapSum.byMap(snapshot.perKind());
            case KIND -> snapshot.perKind().stream().map(LockRow::of).toList();
            case LOCK -> snapshot.perLock().stream().map(LockRow::of).toList();
        };
    }

    static Grouping of(String word) throws CommandException {
        return Arguments.constant(Grouping.class, "--by", word);
    }
}
