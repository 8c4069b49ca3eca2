// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * Walks to one file from the root, a name at a time, holding each directory by its descriptor.
 *
 * <p>Every directory on the way has to belong to root or the running user and be writable by nobody else; then only those
 * two can have put there what the next name finds. That includes symbolic links between directories (such as {@code /lib}
 * on a merged-usr system): a link in such a directory that itself belongs to root or the running user is as good as a
 * directory, so it is followed, by this walk and with the same checks on each directory that it leads through, never by
 * the kernel. The file itself must not be a link; it is opened once, and checked and read through that descriptor.
 */
final class TrustedPath implements AutoCloseable {
    /** As many as the kernel follows itself, path_resolution(7). */
    private static final int MOST_LINKS = 40;

    private static final int O_RDONLY = 0;
    private static final int O_NOCTTY = 0x100;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_PATH = 0x200000;
    private static final int CHUNK_BYTES = 1 << 16;

    private final LibC c;
    private final Runtime runtime;
    private final Path file;

    /** One of the few numbers of open(2) in which architectures differ. */
    private final int noFollow = System.getProperty("os.arch", "").equals("aarch64") ? 0x8000 : 0x20000;

    /** Directories from the root to where the walk is, each open. */
    private final Deque<Integer> at = new ArrayDeque<>();

    TrustedPath(LibC c, Runtime runtime, Path file) {
        this.c = c;
        this.runtime = runtime;
        this.file = file;
    }

    /** Reads the file. */
    byte[] read(long maxBytes) throws IOException {
        walk();
        String name = String.valueOf(file.getFileName());
        // O_NONBLOCK: opening a pipe must not wait for a writer before it can be refused
        int flags = O_RDONLY | noFollow | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
        int descriptor = c.openat(at.getLast(), name, flags);
        if (descriptor < 0) {
            int errno = runtime.getLastError();
            throw errno == Errno.ELOOP
                    ? refused("it is a symbolic link; give the file it leads to")
                    : FileStatus.failed("open", file, errno);
        }
        try {
            FileStatus status = FileStatus.of(c, runtime, descriptor, file);
            if (!status.isRegular()) {
                throw refused("it is " + status.kind() + ", not a regular file");
            }
            requireTrusted(status, file.toString(), "");
            return read(descriptor, status.size(), maxBytes);
        } finally {
            c.close(descriptor);
        }
    }

    private byte[] read(int descriptor, long size, long maxBytes) throws IOException {
        if (size > maxBytes) {
            throw tooLarge(maxBytes);
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream((int) Math.max(32, size));
        Pointer chunk = Memory.allocateDirect(runtime, CHUNK_BYTES);
        byte[] bytes = new byte[CHUNK_BYTES];
        while (true) {
            int got = (int) c.read(descriptor, chunk, CHUNK_BYTES);
            if (got == 0) {
                return content.toByteArray();
            }
            if (got < 0) {
                int errno = runtime.getLastError();
                if (errno == Errno.EINTR) {
                    continue;
                }
                throw FileStatus.failed("read", file, errno);
            }
            if (content.size() + (long) got > maxBytes) {
                throw tooLarge(maxBytes); // it grew, or is of the kind that tells no size
            }
            chunk.get(0, bytes, 0, got);
            content.write(bytes, 0, got);
        }
    }

    private void walk() throws IOException {
        enter(c.open("/", O_PATH | O_CLOEXEC), "/");
        Deque<String> names = new ArrayDeque<>();
        Path folder = file.getParent();
        if (folder != null) {
            folder.forEach(name -> names.add(name.toString()));
        }
        int links = 0;
        while (!names.isEmpty()) {
            String name = names.removeFirst();
            if (name.equals("..")) {
                leave();
            } else if (!name.isEmpty() && !name.equals(".")) {
                String target = step(name);
                if (!target.isEmpty() && ++links > MOST_LINKS) {
                    throw refused("more than " + MOST_LINKS + " symbolic links lead to it");
                }
                follow(target, names);
            }
        }
    }

    /** Enters a directory; for a link, returns where it leads instead. */
    private String step(String name) throws IOException {
        int descriptor = c.openat(at.getLast(), name, O_PATH | noFollow | O_CLOEXEC);
        if (descriptor < 0) {
            throw FileStatus.failed("open", file, runtime.getLastError());
        }
        FileStatus status;
        try {
            status = FileStatus.of(c, runtime, descriptor, file);
            if (status.isLink()) {
                requireOwner(status, "the symbolic link " + name);
                String target = target(descriptor);
                c.close(descriptor);
                return target;
            }
        } catch (IOException e) {
            c.close(descriptor);
            throw e;
        }
        enter(descriptor, name);
        return "";
    }

    private void follow(String target, Deque<String> names) {
        if (target.isEmpty()) {
            return;
        }
        if (target.startsWith("/")) {
            while (at.size() > 1) {
                leave();
            }
        }
        String[] parts = target.split("/", -1);
        for (int i = parts.length - 1; i >= 0; i--) {
            names.addFirst(parts[i]);
        }
    }

    private String target(int link) throws IOException {
        byte[] bytes = new byte[4096];
        long length = c.readlinkat(link, "", bytes, bytes.length);
        if (length < 0) {
            throw FileStatus.failed("readlink", file, runtime.getLastError());
        }
        return new String(bytes, 0, (int) length, StandardCharsets.UTF_8);
    }

    private void enter(int descriptor, String name) throws IOException {
        if (descriptor < 0) {
            throw FileStatus.failed("open", file, runtime.getLastError());
        }
        at.addLast(descriptor);
        FileStatus status = FileStatus.of(c, runtime, descriptor, file);
        if (!status.isDirectory()) {
            throw refused("its parent " + name + " is " + status.kind() + ", not a directory");
        }
        requireTrusted(status, "its parent directory " + name, file + " is refused: ");
    }

    private void leave() {
        if (at.size() > 1) {
            c.close(at.removeLast());
        }
    }

    private void requireTrusted(FileStatus status, String what, String prefix) throws IOException {
        requireOwner(status, what);
        if (status.isWritableByOthers()) {
            throw new IOException(prefix + what + " is writable by group or others ("
                    + Integer.toOctalString(status.permissions()) + "): chmod go-w it, or move the file");
        }
    }

    private void requireOwner(FileStatus status, String what) throws IOException {
        int self = c.geteuid();
        if (status.owner() != 0 && status.owner() != self) {
            throw new IOException(file + " is refused: " + what + " belongs to user "
                    + Integer.toUnsignedString(status.owner()) + ", not root" + (self == 0 ? "" : " or user " + self)
                    + ": chown it");
        }
    }

    private IOException refused(String why) {
        return new IOException(file + " is refused: " + why);
    }

    private IOException tooLarge(long maxBytes) {
        return refused("it is larger than the " + maxBytes + " bytes accepted");
    }

    @Override
    public void close() {
        at.forEach(c::close);
        at.clear();
    }
}
