// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A server's connections, bounded in number. One that has not shown the token is a stranger: the oldest stranger makes room for a new
 * one, so that others can still connect while somebody opens connections as fast as he can. Thread-safe.
 */
final class Connections {

    private final int maxStrangers;
    private final int maxKnown;
    private final Duration introduction;
    private final LongSupplier nanos;
    private final Map<SocketAddress, Connection> strangers = new LinkedHashMap<>();
    private final Map<SocketAddress, Connection> known = new LinkedHashMap<>();

    private record Connection(Channel channel, long sinceNanos) {}

    /**
     * None yet.
     *
     * @param maxStrangers most connections that have not shown the token
     * @param maxKnown most that have; the least recently used makes room
     * @param introduction time from its begin in which a connection has to show the token
     * @param nanos monotonic time
     */
    Connections(int maxStrangers, int maxKnown, Duration introduction, LongSupplier nanos) {
        this.maxStrangers = maxStrangers;
        this.maxKnown = maxKnown;
        this.introduction = introduction;
        this.nanos = nanos;
    }

    /** A connection was made. */
    void accepted(Channel channel) {
        SocketAddress peer = channel.remoteAddress();
        if (peer == null) {
            close(channel); // it has ended already
            return;
        }
        Channel eldest;
        synchronized (this) {
            strangers.put(peer, new Connection(channel, nanos.getAsLong()));
            eldest = excess(strangers, maxStrangers);
        }
        Future<?> unused = channel.closeFuture().addListener(ended -> ended(peer, channel));
        close(eldest);
    }

    /** Its peer has shown the token with a call. */
    void isKnown(SocketAddress peer) {
        Channel eldest;
        synchronized (this) {
            Connection used = strangers.containsKey(peer) ? strangers.remove(peer) : known.remove(peer);
            if (used == null) {
                return;
            }
            known.put(peer, used); // the last one is the one used last
            eldest = excess(known, maxKnown);
        }
        close(eldest);
    }

    private static @Nullable Channel excess(Map<SocketAddress, Connection> connections, int most) {
        if (connections.size() <= most) {
            return null;
        }
        Iterator<Connection> eldest = connections.values().iterator();
        Channel channel = eldest.next().channel();
        eldest.remove();
        return channel;
    }

    /** Closes strangers that took too long. */
    void sweep() {
        List<Channel> late = new ArrayList<>();
        synchronized (this) {
            long now = nanos.getAsLong();
            for (Iterator<Connection> all = strangers.values().iterator(); all.hasNext(); ) {
                Connection stranger = all.next();
                if (now - stranger.sinceNanos() > introduction.toNanos()) {
                    late.add(stranger.channel());
                    all.remove();
                }
            }
        }
        late.forEach(Connections::close);
    }

    /** Ends a connection. */
    void close(SocketAddress peer) {
        Connection connection;
        synchronized (this) {
            connection = known.containsKey(peer) ? known.remove(peer) : strangers.remove(peer);
        }
        if (connection != null) {
            close(connection.channel());
        }
    }

    synchronized int count() {
        return strangers.size() + known.size();
    }

    private synchronized void ended(SocketAddress peer, Channel channel) {
        for (Map<SocketAddress, Connection> connections : List.of(strangers, known)) {
            Connection connection = connections.get(peer);
            if (connection != null && connection.channel().equals(channel)) {
                connections.remove(peer);
            }
        }
    }

    private static void close(@Nullable Channel channel) {
        if (channel == null) {
            return;
        }
        if (channel.isRegistered()) {
            // Channel.close() would let HTTP/2 wait for the end of its calls
            channel.eventLoop().execute(() -> channel.unsafe().close(channel.voidPromise()));
        } else {
            channel.unsafe().closeForcibly();
        }
    }
}
