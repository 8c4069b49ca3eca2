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
                .isEqualTo("contention is not ready: bundle io.karst.contention is not started."
                        + " Start it with bundle:start io.karst.contention");
        services.put(Stage.class, (Stage) () -> stage(0, "contention", StageState.WAITING, ""));
        assertThat(missing(services, Bundle.ACTIVE)).isEqualTo("contention is starting. Try again in a moment");
        services.put(Stage.class, (Stage) () -> stage(0, "contention", StageState.FAILED, "refused"));
        assertThat(missing(services, Bundle.ACTIVE)).isEqualTo("contention failed and will be retried: refused");
    }

    /** Also where that is far away, so that all stages on the way wait; what is only of use is not named. */
    @Test
    void namesTheBundlesThatWereStopped() {
        Bundle contention = bundle("contention", Bundle.ACTIVE, List.of("Tracer", "[Flow]"), List.of("Contention"));
        Bundle tracer = bundle("lock-tracer", Bundle.ACTIVE, List.of("Bpf", "Assets"), List.of("Tracer"));
        Bundle libbpf = bundle("libbpf", Bundle.RESOLVED, List.of(), List.of("Bpf"));
        Bundle assets = bundle("core-assets", Bundle.ACTIVE, List.of("Bpf"), List.of("Assets"));
        Bundle flow = bundle("flow", Bundle.RESOLVED, List.of(), List.of("Flow"));
        Map<Class<?>, Object> stages = Map.of(Flow.class, (Flow) () -> List.of(FIRST, THIRD));

        assertThat(missing(stages, contention, tracer, libbpf, assets, flow))
                .isEqualTo("contention is not ready: bundle io.karst.libbpf is not started."
                        + " Start it with bundle:start io.karst.libbpf");
        Bundle stoppedToo = bundle("lock-tracer", Bundle.RESOLVED, List.of("Bpf", "Assets"), List.of("Tracer"));
        assertThat(missing(stages, contention, stoppedToo, libbpf, assets, flow))
                .isEqualTo("contention is not ready: bundles io.karst.libbpf, io.karst.lock-tracer are not started."
                        + " Start them with bundle:start io.karst.libbpf io.karst.lock-tracer");
        assertThat(missing(stages, tracer, libbpf))
                .isEqualTo("contention is not ready: bundle io.karst.contention is not installed");
    }

    @Test
    void namesEveryStoppedBundleOfKarst() {
        Bundle contention = bundle("contention", Bundle.RESOLVED, List.of("Tracer"), List.of());
        Bundle demo = bundle("demo", Bundle.INSTALLED, List.of(), List.of());
        Bundle flow = bundle("flow", Bundle.ACTIVE, List.of(), List.of());
        Bundle starting = FakeBundles.bundle("io.karst.locks", Bundle.RESOLVED, true, List.of(), List.of());
        Bundle other = FakeBundles.bundle("org.example", Bundle.RESOLVED, false, List.of(), List.of());

        assertThat(new Services(context(Map.of(), demo, flow, starting, other, contention)).stoppedBundles())
                .containsExactly("io.karst.contention", "io.karst.demo");
    }

    /** While Karaf starts, nobody has to start it. */
    @Test
    void aBundleThatStartsItselfIsNotStopped() {
        Bundle waiting =
                FakeBundles.bundle("io.karst.contention", Bundle.RESOLVED, true, List.of(), List.of("Contention"));

        assertThat(missing(Map.of(), waiting)).isEqualTo("contention is not ready. See karst:flow");
        assertThat(StoppedBundles.notReady("karst:locks", waiting))
                .isEqualTo("karst:locks is not ready: bundle io.karst.contention is starting. Try again in a moment");
    }

    private static Bundle bundle(String name, int state, List<String> needs, List<String> offers) {
        return FakeBundles.bundle("io.karst." + name, state, false, needs, offers);
    }

    /** The message when a service of bundle contention, which starts after lock-tracer, is not there. */
    private static String missing(Map<Class<?>, Object> services, int bundleState) {
        return missing(services, bundle("contention", bundleState, List.of(), List.of()));
    }

    private static String missing(Map<Class<?>, Object> services, Bundle... bundles) {
        Services lookup = new Services(context(services, bundles));
        CommandException refused = catchThrowableOfType(
                CommandException.class,
                () -> lookup.require(Runnable.class, "contention", "lock-tracer", service -> true));
        return String.valueOf(refused.getMessage());
    }

    private static BundleContext context(Map<Class<?>, Object> services, Bundle... bundles) {
        return proxy(BundleContext.class, (method, argument) -> switch (method) {
            case "getServiceReference" -> services.containsKey(argument) ? reference(argument) : null;
            case "getServiceReferences" -> services.containsKey(argument) ? List.of(reference(argument)) : List.of();
            case "getService" -> services.get(((ServiceReference<?>) argument).getProperty("type"));
            case "getBundles" -> bundles;
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
