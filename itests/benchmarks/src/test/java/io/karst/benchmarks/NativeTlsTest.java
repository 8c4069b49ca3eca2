// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.util.concurrent.internal.InternalFutureFailureAccess;
import com.google.gson.Gson;
import com.google.protobuf.Message;
import io.grpc.Grpc;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/** The gRPC bundle in a framework: without its imports and its native part the figures of these benchmarks would not be Karaf's. */
class NativeTlsTest {

    private static final long STOP_MILLIS = 10_000;

    @TempDir
    private Path storage;

    @Test
    void boringSslIsLoadedFromTheBundle() throws Exception {
        Framework framework =
                new FrameworkFactory().newFramework(Map.of(Constants.FRAMEWORK_STORAGE, storage.toString()));
        framework.start();
        try {
            Bundle grpc = framework;
            for (Class<?> type : List.of(
                    InternalFutureFailureAccess.class, ImmutableList.class, Gson.class, Message.class, Grpc.class)) {
                grpc = framework
                        .getBundleContext()
                        .installBundle(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toString());
            }
            // it would write what peers provoke past the limit that gRPC's own log has
            assertThat(grpc.getHeaders().get(Constants.IMPORT_PACKAGE)).doesNotContain("slf4j", "log4j");
            grpc.start();
            Class<?> openSsl = grpc.loadClass("io.grpc.netty.shaded.io.netty.handler.ssl.OpenSsl");
            assertThat(openSsl.getMethod("unavailabilityCause").invoke(null)).isNull();
            assertThat(openSsl.getMethod("versionString").invoke(null)).isEqualTo("BoringSSL");
        } finally {
            framework.stop();
            framework.waitForStop(STOP_MILLIS);
        }
    }
}
