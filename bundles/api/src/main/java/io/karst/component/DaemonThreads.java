// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.util.concurrent.ThreadFactory;

/** Threads that do not keep the process alive, each with a name that tells whose it is. */
public final class DaemonThreads {

    private DaemonThreads() {}

    /** Makes a daemon thread, which is not started; its name begins with {@code karst-}. */
    public static Thread of(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Makes daemon threads for an executor. */
    public static ThreadFactory named(String name) {
        return work -> of(name, work);
    }
}
