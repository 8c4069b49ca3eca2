// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.grpc.Context;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Calls in progress: each phase has a time, and all together have bounds in bytes. Who exceeds a time, or holds the most when a bound is
 * exceeded, loses his connection. Thread-safe.
 */
final class CallWatch extends ServerStreamTracer.Factory implements ServerInterceptor {

    private static final Context.Key<Call> CALL = Context.key("karst-call");

    /** What a piece of a message takes beyond its bytes. */
    private static final int PIECE_BYTES = 512;

    private final Limits limits;
    private final LongSupplier nanos;
    private final Consumer<SocketAddress> showedToken;
    private final Consumer<SocketAddress> hangUp;
    private final Set<Call> calls = ConcurrentHashMap.newKeySet();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong toSend = new AtomicLong();

    /**
     * What calls may take.
     *
     * @param request from the headers to the end of the request
     * @param whole from the headers to the end of the answer
     * @param receivedBytes of all requests that are not answered yet
     * @param toSendBytes of all answers that are not sent yet
     */
    record Limits(Duration request, Duration whole, long receivedBytes, long toSendBytes) {}

    /**
     * No call yet.
     *
     * @param nanos monotonic time
     * @param showedToken hears whose call got this far: the check of the token is in front of this
     * @param hangUp ends a connection
     */
    CallWatch(Limits limits, LongSupplier nanos, Consumer<SocketAddress> showedToken, Consumer<SocketAddress> hangUp) {
        this.limits = limits;
        this.nanos = nanos;
        this.showedToken = showedToken;
        this.hangUp = hangUp;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        Call call = new Call(nanos.getAsLong());
        calls.add(call);
        return call;
    }

    @Override
    public <A, B> ServerCall.Listener<A> interceptCall(
            ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
        Call watched = CALL.get();
        SocketAddress peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        if (peer != null) {
            showedToken.accept(peer);
        }
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            @Override
            public void onHalfClose() {
                watched.asked = true;
                super.onHalfClose();
            }
        };
    }

    /** Ends the connections of calls that took too long. */
    void sweep() {
        long now = nanos.getAsLong();
        for (Call call : calls) {
            long age = now - call.sinceNanos;
            if (age > limits.whole().toNanos()
                    || (!call.asked && age > limits.request().toNanos())) {
                end(call);
            }
        }
    }

    private void keepWithin(AtomicLong total, long most, ToLongFunction<Call> bytes) {
        while (total.get() > most) {
            Call largest = calls.stream().max(Comparator.comparingLong(bytes)).orElse(null);
            if (largest == null || bytes.applyAsLong(largest) == 0) {
                return;
            }
            end(largest);
        }
    }

    /** What it holds does not count any more: it is freed as soon as the connection's thread gets to it. */
    private void end(Call call) {
        SocketAddress peer = call.peer;
        call.release();
        if (peer != null) {
            hangUp.accept(peer);
        }
    }

    long receivedBytes() {
        return received.get();
    }

    private final class Call extends ServerStreamTracer {

        private final long sinceNanos;
        private volatile @Nullable SocketAddress peer;
        private volatile boolean asked;
        private long in;
        private long out;
        private boolean released;

        Call(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }

        @Override
        public Context filterContext(Context context) {
            return context.withValue(CALL, this);
        }

        @Override
        public void serverCallStarted(ServerCallInfo<?, ?> call) {
            peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        }

        @Override
        public void inboundWireSize(long bytes) {
            synchronized (this) {
                if (released) {
                    return;
                }
                in += bytes + PIECE_BYTES;
                received.addAndGet(bytes + PIECE_BYTES);
            }
            keepWithin(received, limits.receivedBytes(), Call::in);
        }

        @Override
        public void outboundWireSize(long bytes) {
            synchronized (this) {
                if (released) {
                    return;
                }
                out += bytes;
                toSend.addAndGet(bytes);
            }
            keepWithin(toSend, limits.toSendBytes(), Call::out);
        }

        @Override
        public void streamClosed(Status status) {
            release();
        }

        private synchronized long in() {
            return in;
        }

        private synchronized long out() {
            return out;
        }

        private void release() {
            calls.remove(this);
            synchronized (this) {
                if (!released) {
                    released = true;
                    received.addAndGet(-in);
                    toSend.addAndGet(-out);
                }
            }
        }
    }
}
