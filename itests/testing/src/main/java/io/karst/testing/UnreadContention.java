// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.testing;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockContention;
import io.karst.contention.RecentContention;
import java.time.Duration;

/** Fails when it is read; a test overrides what its subject may read. */
public class UnreadContention implements LockContention {

    @Override
    public ContentionSnapshot sinceStart() {
        throw unexpected();
    }

    @Override
    public ContentionSnapshot during(Duration time) throws InterruptedException {
        throw unexpected();
    }

    @Override
    public ContentionSnapshot latest() {
        throw unexpected();
    }

    @Override
    public RecentContention recent() throws InterruptedException {
        throw unexpected();
    }

    private static AssertionError unexpected() {
        return new AssertionError("this reading is not expected");
    }
}
