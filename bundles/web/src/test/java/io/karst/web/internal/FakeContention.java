// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockContention;
import io.karst.contention.RecentContention;
import java.time.Duration;

/** Only shared readings. */
abstract class FakeContention implements LockContention {
    @Override
    public ContentionSnapshot sinceStart() {
        throw new AssertionError("not to be called");
    }

    @Override
    public ContentionSnapshot during(Duration time) {
        throw new AssertionError("not to be called");
    }

    @Override
    public RecentContention recent() {
        throw new AssertionError("not to be called");
    }
}
