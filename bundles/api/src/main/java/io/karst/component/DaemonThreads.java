// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.util.concurrent.ThreadFactory;

/** Named threads that do not keep the process alive. */
public final class DaemonThreads {

    private DaemonThreads() {}

    /** Creates a daemon thread without starting it; its name begins with {@code karst-}. */
    public static Thread of(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Creates a factory of daemon threads, for an executor. */
    public static ThreadFactory named(String name) {
        return work -> of(name, work);
    }
}
