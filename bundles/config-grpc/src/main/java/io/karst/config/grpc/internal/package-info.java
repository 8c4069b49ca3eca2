// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** The only place that knows gRPC and protobuf. */
@NullMarked
package io.karst.config.grpc.internal;

import org.jspecify.annotations.NullMarked;
