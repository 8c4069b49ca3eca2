// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A process that has the lock on a folder until its standard input ends. */
final class LockMain {

    private LockMain() {}

    public static void main(String[] args) throws IOException {
        try (FolderLock lock = FolderLock.take(Path.of(args[0]))) {
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8).println("taken");
            while (System.in.read() >= 0) {
                // until it is killed
            }
        }
    }
}
