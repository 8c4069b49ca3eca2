// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.ability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** A namespace of this process that decides what it may do, or which part of the system it sees; see namespaces(7). */
public enum Namespace {
    /** Outside the initial one even root has no rights over the kernel. */
    USER("user", 0xEFFFFFFDL),
    /** Outside the initial one only some processes are visible. */
    PID("pid", 0xEFFFFFFCL);

    private final String type;
    private final long initialInode;

    /** The inode numbers of initial namespaces are fixed since Linux 3.8, {@code include/linux/proc_ns.h}. */
    Namespace(String type, long initialInode) {
        this.type = type;
        this.initialInode = initialInode;
    }

    /**
     * Whether this process is in the initial namespace.
     *
     * @param proc {@code /proc}
     */
    public Answer isInitial(Path proc) {
        Path link = proc.resolve("self/ns").resolve(type);
        try {
            return Answer.of(Files.readSymbolicLink(link).toString().equals(type + ":[" + initialInode + "]"));
        } catch (IOException e) {
            // a kernel without namespaces of this type lists the others
            boolean alone =
                    Files.isDirectory(link.resolveSibling(".")) && Files.notExists(link, LinkOption.NOFOLLOW_LINKS);
            return alone ? Answer.YES : Answer.NOT_KNOWN;
        }
    }
}
