// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.karst.stage.Flow;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

class ServicesTest {
    private static final StageReport FIRST = stage(1, "initialize", StageState.READY, "");
    private static final StageReport SECOND = stage(2, "kernel-symbols", StageState.FAILED, "x".repeat(80));
    private static final StageReport THIRD = stage(3, "lock-tracer", StageState.WAITING, "");

    @Test
    void namesTheFirstStageThatIsNotReady() {
        assertThat(Services.notReady("lock-tracer", List.of(FIRST, SECOND, THIRD)))
                .isEqualTo("Stage kernel-symbols failed: " + "x".repeat(80) + ". See karst:flow");
        assertThat(Services.notReady("initialize", List.of(FIRST, SECOND)))
                .isEqualTo("initialize is not ready. See karst:flow");
        assertThat(Services.notReady("lock-tracer", List.of())).isEqualTo("lock-tracer is not ready. See karst:flow");
    }

    @Test
    void namesTheBundleThatStartsAfterAStage() {
        Map<Class<?>, Object> services = new HashMap<>();
        assertThat(missing(services, Bundle.ACTIVE)).isEqualTo("contention is not ready. See karst:flow");
        services.put(Flow.class, (Flow) () -> List.of(FIRST, SECOND, THIRD));
        assertThat(missing(services, Bundle.ACTIVE)).startsWith("Stage kernel-symbols failed: ");
        StageReport ready = stage(3, "lock-tracer", StageState.READY, "");
        StageReport later = stage(4, "poll-loop", StageState.FAILED, "no thread");
        services.put(Flow.class, (Flow) () -> List.of(FIRST, ready, later));
        assertThat(missing(services, Bundle.ACTIVE)).isEqualTo("contention is starting. Try again in a moment");
        assertThat(missing(services, Bundle.RESOLVED))
                .isEqualTo("contention is not ready. Start bundle io.karst.contention");
        services.put(Stage.class, (Stage) () -> stage(0, "contention", StageState.WAITING, ""));
        assertThat(missing(services, Bundle.ACTIVE)).isEqualTo("contention is starting. Try again in a moment");
        services.put(Stage.class, (Stage) () -> stage(0, "contention", StageState.FAILED, "refused"));
        assertThat(missing(services, Bundle.ACTIVE)).isEqualTo("contention failed and will be retried: refused");
    }

    /** The message when a service of bundle contention, which starts after lock-tracer, is not there. */
    private static String missing(Map<Class<?>, Object> services, int bundleState) {
        Services lookup = new Services(context(services, bundleState));
        CommandException refused = catchThrowableOfType(
                CommandException.class,
                () -> lookup.require(Runnable.class, "contention", "lock-tracer", service -> true));
        return String.valueOf(refused.getMessage());
    }

    private static BundleContext context(Map<Class<?>, Object> services, int bundleState) {
        Bundle contention =
                proxy(Bundle.class, (method, type) -> method.equals("getState") ? bundleState : "io.karst.contention");
        return proxy(BundleContext.class, (method, argument) -> switch (method) {
            case "getServiceReference" -> services.containsKey(argument) ? reference(argument) : null;
            case "getServiceReferences" -> services.containsKey(argument) ? List.of(reference(argument)) : List.of();
            case "getService" -> services.get(((ServiceReference<?>) argument).getProperty("type"));
            case "getBundles" -> new Bundle[] {contention};
            default -> true;
        });
    }

    private static ServiceReference<?> reference(Object type) {
        return proxy(ServiceReference.class, (method, argument) -> type);
    }

    private static <T> T proxy(Class<T> type, BiFunction<String, Object, Object> answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answer.apply(method.getName(), arguments == null ? "" : arguments[0])));
    }

    @Test
    void aServiceBesideTheStagesIsBlamedForItselfOnly() {
        StageReport taken = stage(StageReport.BESIDE, "config-server", StageState.FAILED, "Address already in use");
        assertThat(Services.notReady("config-server", List.of(FIRST, SECOND, taken)))
                .isEqualTo("Stage config-server failed: Address already in use. See karst:flow");
        assertThat(Services.notReady("contention", List.of(FIRST, taken)))
                .isEqualTo("contention is not ready. See karst:flow");
    }

    private static StageReport stage(int order, String name, StageState state, String error) {
        return new StageReport(
                order,
                name,
                "io.karst." + name,
                state,
                Instant.EPOCH,
                Duration.ofMillis(85),
                List.of(),
                Optional.of(error).filter(text -> !text.isEmpty()));
    }
}
