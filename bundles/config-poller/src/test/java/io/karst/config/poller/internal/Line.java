// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The wire between a client and a server, on which somebody sits: listens, slows down, cuts, or talks rubbish. */
final class Line implements AutoCloseable {

    /** What happens to what the server says. */
    enum Mode {
        PASS,
        TRICKLE,
        RUBBISH,
        CUT
    }

    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ByteArrayOutputStream overheard = new ByteArrayOutputStream();
    private volatile int server;
    private volatile Mode mode = Mode.PASS;

    Line(int server) throws IOException {
        this.server = server;
        threads.execute(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Where new connections go from now on. */
    void server(int port) {
        server = port;
    }

    /** Connections of before end, so that the next one is treated like this from its first byte. */
    void mode(Mode next) {
        mode = next;
        hangUp();
    }

    /** Everything that went by, both ways. */
    String overheard() {
        synchronized (overheard) {
            return overheard.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                open.add(client);
                if (mode == Mode.CUT) {
                    client.close();
                } else if (mode == Mode.RUBBISH) {
                    byte[] rubbish = new byte[4096];
                    new Random(7).nextBytes(rubbish);
                    client.getOutputStream().write(rubbish);
                    client.getOutputStream().flush();
                } else {
                    Socket there = new Socket(InetAddress.getLoopbackAddress(), server);
                    open.add(there);
                    threads.execute(() -> pump(client, there, false));
                    threads.execute(() -> pump(there, client, mode == Mode.TRICKLE));
                }
            } catch (IOException ended) {
                hangUp(); // one end is gone
            }
        }
    }

    private void pump(Socket from, Socket to, boolean slowly) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                synchronized (overheard) {
                    overheard.write(buffer, 0, count);
                }
                for (int i = 0; i < count; i += slowly ? 1 : count) {
                    out.write(buffer, i, slowly ? 1 : count);
                    out.flush();
                    if (slowly) {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                    }
                }
            }
        } catch (IOException ended) {
            open.remove(from); // closed with the other end
        }
    }

    private void hangUp() {
        open.forEach(Line::close);
        open.clear();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        hangUp();
        threads.shutdownNow();
    }
}
