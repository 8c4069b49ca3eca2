// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.otlp.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.component.KernelText;
import io.karst.component.SettingsFile;
import io.karst.metrics.Metrics;
import io.karst.otlp.internal.Pusher.State;
import io.karst.settings.SettingProblem;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Pushes the metrics while a receiver is set, and reports how that goes. */
@Component(
        name = "io.karst.otlp.push",
        immediate = true, // pushes whether anybody asks for this service or not
        service = {Stage.class, AbilityProbe.class},
        property = {Stage.NAME + "=otlp", Stage.ORDER + ":Integer=" + StageReport.BESIDE})
public final class OtlpComponent implements Stage, AbilityProbe {

    private static final String BUNDLE = "io.karst.otlp";

    private final OtlpSettings settings;
    private final Pusher pusher;

    /** Begins. */
    @Activate
    public OtlpComponent(
            BundleContext context,
            @Reference(name = "metrics") Metrics metrics,
            @Reference(name = "settings") OtlpSettings settings) {
        this(settings, pusher(context, metrics));
    }

    OtlpComponent(OtlpSettings settings, Pusher pusher) {
        this.settings = settings;
        this.pusher = pusher;
        synchronized (settings) {
            pusher.use(settings.findInForce());
            settings.onChange(() -> pusher.use(settings.findInForce()));
        }
    }

    private static Pusher pusher(BundleContext context, Metrics metrics) {
        String version = context.getBundle().getVersion().toString();
        return new Pusher(
                metrics, identity(version, context.getProperty("karaf.name")), version, RetryPolicy.getDefault());
    }

    /** The id has to be another one for each Karaf, and the same after a restart. */
    private static Map<String, String> identity(String version, String karaf) {
        Map<String, String> identity = new HashMap<>();
        identity.put("service.name", "karst");
        identity.put("service.version", version);
        Optional<String> host = KernelText.hostName();
        host.ifPresent(name -> identity.put("host.name", name));
        identity.put("service.instance.id", host.orElse("localhost") + "/" + (karaf == null ? "root" : karaf));
        return identity;
    }

    @Override
    public StageReport report() {
        State state = pusher.state();
        Optional<String> error = error(state);
        List<String> waitingFor = state.receiver()
                .map(receiver -> state.isTried() ? List.<String>of() : List.of("the first answer of " + receiver))
                .orElseGet(() -> List.of("endpoint in " + SettingsFile.of(OtlpSettings.PID)));
        return new StageReport(
                StageReport.BESIDE,
                "otlp",
                BUNDLE,
                error.isPresent() ? StageState.FAILED : waitingFor.isEmpty() ? StageState.READY : StageState.WAITING,
                state.since(),
                Duration.ZERO,
                error.isPresent() ? List.of() : waitingFor,
                error);
    }

    /** Why nothing arrives: no settings are in force, or the last push failed. */
    private Optional<String> error(State state) {
        return settings.findInForce().isPresent()
                ? state.error()
                : settings.problems().stream().map(SettingProblem::text).findFirst();
    }

    @Override
    public List<Ability> probe() {
        State state = pusher.state();
        return state
                .receiver()
                .map(receiver -> new Ability(
                        "OTLP push",
                        state.error().isEmpty(),
                        receiver + ": " + state.accepted() + " pushes accepted, " + state.failed() + " not"
                                + state.last()
                                        .map(at -> "; last accepted " + at)
                                        .orElse("")
                                + state.error()
                                        .map(why -> "; last error: " + why)
                                        .orElse(""),
                        "the receiver has no new metrics",
                        "correct " + SettingsFile.of(OtlpSettings.PID)
                                + ", or the receiver; the next push tries it again"))
                .stream()
                .toList();
    }

    /** Ends pushing. */
    @Deactivate
    public void close() {
        settings.onChange(() -> {});
        pusher.close();
    }
}
