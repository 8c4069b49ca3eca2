// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerStreamTracer.ServerCallInfo;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CallWatchTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final List<SocketAddress> ended = new ArrayList<>();
    private final CallWatch watch = new CallWatch(
            new CallWatch.Limits(Duration.ofSeconds(10), Duration.ofSeconds(60), 100_000, 10_000),
            nanos::get,
            peer -> {},
            ended::add);

    private static final class Info extends ServerCallInfo<Object, Object> {

        private final SocketAddress peer;

        Info(SocketAddress peer) {
            this.peer = peer;
        }

        @Override
        public MethodDescriptor<Object, Object> getMethodDescriptor() {
            throw new AssertionError("a watch of calls looks at the connection alone");
        }

        @Override
        public Attributes getAttributes() {
            return Attributes.newBuilder()
                    .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, peer)
                    .build();
        }

        @Override
        public String getAuthority() {
            return "";
        }
    }

    private static SocketAddress peer(int port) {
        return InetSocketAddress.createUnresolved("peer", port);
    }

    private ServerStreamTracer call(int port) {
        ServerStreamTracer call = watch.newServerStreamTracer("method", new Metadata());
        call.serverCallStarted(new Info(peer(port)));
        return call;
    }

    @Test
    void theLargestRequestMakesRoom() {
        ServerStreamTracer small = call(1);
        small.inboundWireSize(1000);
        ServerStreamTracer large = call(2);
        large.inboundWireSize(50_000);
        call(3).inboundWireSize(40_000);
        assertThat(ended).isEmpty();
        small.inboundWireSize(20_000);
        assertThat(ended).containsExactly(peer(2));
        assertThat(watch.receivedBytes()).isLessThan(70_000);
        large.inboundWireSize(90_000); // what is still under way of it
        large.streamClosed(Status.CANCELLED);
        assertThat(ended).hasSize(1);
    }

    @Test
    void manySmallPiecesCountForWhatTheyTake() {
        ServerStreamTracer call = call(1);
        for (int piece = 0; piece < 1000 && ended.isEmpty(); piece++) {
            call.inboundWireSize(1);
        }
        assertThat(ended).containsExactly(peer(1));
    }

    @Test
    void theLargestAnswerMakesRoom() {
        call(1).outboundWireSize(6_000);
        call(2).outboundWireSize(5_000);
        assertThat(ended).containsExactly(peer(1));
    }

    @Test
    void whatHasEndedDoesNotCount() {
        for (int i = 0; i < 100; i++) {
            ServerStreamTracer call = call(i);
            call.inboundWireSize(50_000);
            call.outboundWireSize(9_000);
            call.streamClosed(Status.OK);
        }
        assertThat(ended).isEmpty();
        assertThat(watch.receivedBytes()).isZero();
    }

    @Test
    void eachPhaseHasItsTime() {
        call(1);
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        watch.sweep();
        assertThat(ended).isEmpty();
        nanos.addAndGet(1);
        watch.sweep();
        watch.sweep();
        assertThat(ended).containsExactly(peer(1));
    }
}
