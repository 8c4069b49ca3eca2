// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.config.ApplyOutcome.ApplyState;
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
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (ConfigServer server = new ConfigServer(
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
            case "acknowledged" -> Long.toString(acknowledged(server, Long.parseLong(words.get(1))));
            default -> throw new IOException("unknown: " + words);
        };
    }

    /** Answers with the version of the signed list since then. */
    private static String publish(ConfigServer server, String product, String id, String base64) throws IOException {
        Bytes content = Bytes.of(Base64.getDecoder().decode(base64));
        server.store()
                .publish(new Publication(
                        ConfigPath.parse("employee/" + product + "/" + id + "/config"),
                        content,
                        Optional.empty(),
                        List.of()));
        return Long.toString(server.store().current().targetsVersion());
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
