// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.grpc.netty.shaded.io.netty.util.internal.logging.InternalLoggerFactory;
import io.grpc.netty.shaded.io.netty.util.internal.logging.JdkLoggerFactory;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.grpc.internal.BrokenStreams;
import io.karst.config.grpc.internal.GrpcWire;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.Publication;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.annotation.Annotation;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The embedded server alone in a process, with its default settings but the port. Obeys one line of standard input at a time and answers
 * each with one line; ends when its input does.
 */
public final class ServerMain {

    private ServerMain() {}

    private record Fixed(int connection_idle_seconds) implements ServerSettings {

        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public String host() {
            return "127.0.0.1";
        }

        @Override
        public int port() {
            return 0;
        }

        @Override
        public String[] names() {
            return new String[] {"localhost", "127.0.0.1", "::1"};
        }

        @Override
        public String root_key() {
            return "";
        }

        @Override
        public boolean require_client_certificate() {
            return true;
        }

        @Override
        public int credentials_grace_seconds() {
            return 600;
        }

        @Override
        public int max_request_bytes() {
            return 4 << 20;
        }

        @Override
        public int client_active_seconds() {
            return 60;
        }

        @Override
        public int max_clients() {
            return 20_000;
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return ServerSettings.class;
        }
    }

    /**
     * Serves until standard input ends.
     *
     * @param args the folder for keys and repository, and after how many seconds idle connections are closed
     * @throws IOException if it cannot serve
     */
    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE); // as in Karaf: the bundle imports no other
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (BrokenStreams quiet = new BrokenStreams(); // as the bundle of gRPC does
                ConfigServer server = new ConfigServer(
                        new GrpcWire(),
                        new Fixed(Integer.parseInt(args[1])),
                        Path.of(args[0]),
                        Clock.systemUTC(),
                        new SecureRandom())) {
            out.println(server.port());
            String line = in.readLine();
            while (line != null) {
                out.println(obey(server, List.of(line.split(" ", -1))));
                line = in.readLine();
            }
        }
    }

    private static String obey(ConfigServer server, List<String> words) throws IOException {
        return switch (words.get(0)) {
            case "publish" -> publish(server, words.get(1), words.get(2), words.get(3));
            case "remove" -> {
                server.store().remove(path(words.get(1), words.get(2)));
                yield version(server);
            }
            case "rollback" -> {
                server.store().rollback(path(words.get(1), words.get(2)), "");
                yield version(server);
            }
            case "rotate" -> {
                server.store().rotate(Optional.empty());
                yield version(server);
            }
            case "acknowledged" -> Long.toString(acknowledged(server, Long.parseLong(words.get(1))));
            case "heap" -> Long.toString(heapAfterCollection());
            case "clients" -> Long.toString(server.clients().all().size());
            default -> throw new IOException("unknown: " + words);
        };
    }

    private static String publish(ConfigServer server, String product, String id, String base64) throws IOException {
        Bytes content = Bytes.of(Base64.getDecoder().decode(base64));
        server.store().publish(new Publication(path(product, id), content, Optional.empty(), List.of()), "");
        return version(server);
    }

    private static ConfigPath path(String product, String id) {
        return ConfigPath.parse("employee/" + product + "/" + id + "/config");
    }

    /** Of the signed list: the answer to each change. */
    private static String version(ConfigServer server) {
        return Long.toString(server.store().current().targetsVersion());
    }

    /** Bytes in use once everything that nobody refers to is gone. */
    private static long heapAfterCollection() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }

    /** How many clients have reported everything of one signed list as applied. */
    private static long acknowledged(ConfigServer server, long targetsVersion) {
        int offered = server.store().current().configs().size();
        return server.clients().all().stream()
                .flatMap(seen -> seen.client().shown().state().stream())
                .filter(state -> state.targetsVersion() == targetsVersion && isApplied(state, offered))
                .count();
    }

    private static boolean isApplied(State state, int offered) {
        return state.configStates().size() == offered
                && state.configStates().stream().allMatch(config -> config.applyState() == ApplyState.ACKNOWLEDGED);
    }
}
