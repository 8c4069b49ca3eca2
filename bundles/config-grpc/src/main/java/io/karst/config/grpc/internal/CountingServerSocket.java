// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;

/** Tells of each connection when it is accepted: gRPC does so only after the TLS handshake, which strangers need not begin. */
final class CountingServerSocket extends NioServerSocketChannel {

    private final Connections connections;

    CountingServerSocket(Connections connections) {
        this.connections = connections;
    }

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        int count = super.doReadMessages(accepted);
        for (Object channel : accepted.subList(accepted.size() - Math.max(0, count), accepted.size())) {
            connections.accepted((Channel) channel);
        }
        return count;
    }
}
