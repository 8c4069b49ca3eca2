// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import java.io.InputStream;
import java.util.Optional;

/**
 * A request as it came. gRPC's own marshaller throws if it is malformed, which writes a stack trace for each, and answers that the server
 * is at fault.
 *
 * @param <T> its message
 * @param message absent if it is malformed
 * @param fault why
 */
record Incoming<T extends MessageLite>(Optional<T> message, String fault) {

    /** Reads requests; writes none. */
    record Marshaller<T extends MessageLite>(Parser<T> parser) implements MethodDescriptor.Marshaller<Incoming<T>> {

        @Override
        public InputStream stream(Incoming<T> value) {
            throw new UnsupportedOperationException("a server sends no request");
        }

        @Override
        public Incoming<T> parse(InputStream stream) {
            try {
                return new Incoming<>(Optional.of(parser.parseFrom(stream)), "");
            } catch (InvalidProtocolBufferException e) {
                return new Incoming<>(Optional.empty(), "malformed message: " + e.getMessage());
            }
        }
    }
}
