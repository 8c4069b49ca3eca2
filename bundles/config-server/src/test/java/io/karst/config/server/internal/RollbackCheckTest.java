// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.commands.Services;
import io.karst.config.ConfigCheck;
import io.karst.config.ConfigRefusedException;
import io.karst.config.server.internal.ChangeCommand.Change;
import io.karst.config.server.internal.ChangeCommand.Kind;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.server.SignedRepository;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** A rollback publishes content to all clients like any other change: the listener of this Karaf is asked first. */
class RollbackCheckTest {

    private static final ConfigPath PATH = ConfigPath.of("P", "i");

    /** The listener of a product. */
    private static final ConfigCheck CHECK = new ConfigCheck() {
        @Override
        public Set<String> products() {
            return Set.of("P");
        }

        @Override
        public void check(byte[] content) throws ConfigRefusedException {
            if (new String(content, StandardCharsets.UTF_8).startsWith("wrong")) {
                throw new ConfigRefusedException("unknown key");
            }
        }
    };

    private final SignedStore store;

    RollbackCheckTest(@TempDir Path folder) throws IOException {
        SecureRandom random = new SecureRandom();
        store = SignedStore.create(
                new ServerFiles(folder, Optional.empty(), random),
                Clock.systemUTC(),
                random,
                SignedRepository.REQUEST_BYTES);
        for (String content : List.of("first", "wrong", "third")) {
            store.publish(new Publication(PATH, Bytes.utf8(content), Optional.empty(), List.of()), "ann");
        }
    }

    /** Karaf with one service. */
    private static BundleContext karaf() {
        ServiceReference<?> reference = (ServiceReference<?>) Proxy.newProxyInstance(
                RollbackCheckTest.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (proxy, method, arguments) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
        return (BundleContext) Proxy.newProxyInstance(
                RollbackCheckTest.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getServiceReferences" -> List.of(reference);
                    case "getService" -> CHECK;
                    case "ungetService" -> true;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private Change rollback(String... options) throws IOException, CommandException {
        ConfigRollbackCommand command = new ConfigRollbackCommand();
        command.json = true; // the result alone is printed, by the caller
        return command.change(new Services(karaf()), store, PATH, List.of(options));
    }

    private String offered() {
        return store.current().configs().values().iterator().next().content().toUtf8();
    }

    @Test
    void whatTheListenerWouldRefuseIsNotPublishedAgain() {
        for (List<String> options : List.of(List.<String>of(), List.of("--to", "2"), List.of("--dry-run"))) {
            assertThatThrownBy(() -> rollback(options.toArray(String[]::new)))
                    .isInstanceOf(CommandException.class)
                    .hasMessage("Not published, because the listener of this Karaf would refuse it: unknown key."
                            + " To publish it all the same: --force");
        }
        assertThat(offered()).isEqualTo("third");
        assertThat(store.current().versions(PATH)).hasSize(3);
    }

    @Test
    void aDryRunPublishesNothing() throws Exception {
        Change change = rollback("--dry-run", "--to", "1");
        assertThat(change.kind()).isEqualTo(Kind.CHECKED);
        assertThat(change.check()).contains(new Verdict(Verdict.Answer.VALID, ""));
        assertThat(change.config().version()).isEqualTo(4);
        assertThat(change.config().content()).isEqualTo(Bytes.utf8("first"));
        assertThat(offered()).isEqualTo("third");
    }

    @Test
    void whatIsValidOrForcedIsPublished() throws Exception {
        assertThat(rollback("--to", "1").kind()).isEqualTo(Kind.ROLLED_BACK);
        assertThat(offered()).isEqualTo("first");
        Change forced = rollback("--to", "2", "--force");
        assertThat(forced.check()).contains(new Verdict(Verdict.Answer.INVALID, "unknown key"));
        assertThat(offered()).isEqualTo("wrong");
        assertThat(rollback("--dry-run", "--force").config().content()).isEqualTo(Bytes.utf8("first"));
    }
}
