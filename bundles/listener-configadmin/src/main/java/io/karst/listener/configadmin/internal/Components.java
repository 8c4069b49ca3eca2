// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import io.karst.config.ConfigRefusedException;
import io.karst.settings.PidSettings;
import io.karst.settings.SettingProblem;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;

/**
 * The installed components that use a PID: which settings they declare, and whether they work with their present ones. Only
 * components of Declarative Services count: a {@code ManagedService} has no way to say that it refuses.
 */
final class Components {

    private static final long LOOK_EVERY_MILLIS = 20;
    private static final int WORKING = ComponentConfigurationDTO.SATISFIED | ComponentConfigurationDTO.ACTIVE;

    private final ServiceComponentRuntime runtime;
    private final MetaTypeService metatype;
    private final BundleContext bundles;

    Components(ServiceComponentRuntime runtime, MetaTypeService metatype, BundleContext bundles) {
        this.runtime = runtime;
        this.metatype = metatype;
        this.bundles = bundles;
    }

    /**
     * Settings that the metatype of the PID's components declares.
     *
     * @return by key, compared as Configuration Admin does
     * @throws ConfigRefusedException if no installed component uses the PID, or none declares it
     */
    SortedMap<String, AttributeDefinition> declared(String pid) throws ConfigRefusedException {
        SortedMap<String, AttributeDefinition> declared = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        List<ComponentDescriptionDTO> users = users(pid);
        if (users.isEmpty()) {
            throw new ConfigRefusedException("no installed component uses PID " + pid);
        }
        for (ComponentDescriptionDTO user : users) {
            Bundle bundle = bundles.getBundle(user.bundle.id);
            MetaTypeInformation types = bundle == null ? null : metatype.getMetaTypeInformation(bundle);
            if (types != null
                    && types.getPids() != null
                    && Arrays.asList(types.getPids()).contains(pid)) {
                for (AttributeDefinition attribute :
                        types.getObjectClassDefinition(pid, null).getAttributeDefinitions(ObjectClassDefinition.ALL)) {
                    declared.put(attribute.getID(), attribute);
                }
            }
        }
        if (declared.isEmpty()) {
            throw new ConfigRefusedException("the components that use PID " + pid
                    + " declare no settings for it (OSGi metatype), so none can be set remotely");
        }
        return declared;
    }

    /** Names of the components of a PID that work now; these have to work again. */
    Collection<String> working(String pid) {
        return users(pid).stream()
                .filter(user -> problem(user, Map.of(), false).isEmpty())
                .map(user -> user.name)
                .toList();
    }

    /**
     * Starts the components of a PID again, except those that have no method that takes changed settings: Declarative Services
     * start these again by themselves.
     */
    void restart(String pid) throws InterruptedException {
        for (ComponentDescriptionDTO user : users(pid)) {
            if (user.modified != null && runtime.isComponentEnabled(user)) {
                try {
                    try {
                        runtime.disableComponent(user).getValue();
                    } finally {
                        runtime.enableComponent(user).getValue();
                    }
                } catch (InvocationTargetException e) {
                    throw new IllegalStateException("component " + user.name + " cannot be restarted", e);
                }
            }
        }
    }

    /** Asked on each turn of a wait; throws to end it. */
    interface Turn {
        void check() throws IOException, ConfigRefusedException;
    }

    /**
     * Waits until each of them, and at least one, works with the new values.
     *
     * @param names components that have to
     * @param values what they have to have
     * @param patience how long to wait
     * @param turn asked on each turn
     * @throws ConfigRefusedException if one failed, or is not back in time
     * @throws InterruptedException if the thread is interrupted
     */
    void await(String pid, Collection<String> names, Map<String, Object> values, Duration patience, Turn turn)
            throws IOException, ConfigRefusedException, InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            turn.check();
            Optional<String> missing = missing(pid, names, values);
            if (missing.isEmpty()) {
                return;
            }
            if (System.nanoTime() - until >= 0) {
                throw new ConfigRefusedException(missing.get() + " within " + patience);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        }
    }

    private Optional<String> missing(String pid, Collection<String> names, Map<String, Object> values) {
        boolean one = false;
        Optional<String> missing = Optional.empty();
        for (ComponentDescriptionDTO user : users(pid)) {
            Optional<String> problem = problem(user, values, true);
            one |= problem.isEmpty();
            if (missing.isEmpty() && (names.isEmpty() || names.contains(user.name))) {
                missing = problem;
            }
        }
        if (names.isEmpty() && one) {
            return Optional.empty();
        }
        return missing.isEmpty() && !one ? Optional.of("no component works with PID " + pid) : missing;
    }

    /** Why a component does not work with these values. */
    private Optional<String> problem(ComponentDescriptionDTO user, Map<String, Object> values, boolean start) {
        for (ComponentConfigurationDTO config : runtime.getComponentConfigurationDTOs(user)) {
            if (has(config, values)) {
                if (config.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                    return Optional.of("component " + user.name + " failed: " + firstLine(config.failure));
                }
                if ((config.state & WORKING) != 0) {
                    return start && config.state == ComponentConfigurationDTO.SATISFIED && !starts(config)
                            ? Optional.of("component " + user.name + " does not start")
                            : stageProblem(user);
                }
            }
        }
        return Optional.of("component " + user.name + " did not come back with the new values");
    }

    /** A component that starts when somebody asks for its service: asks for it. */
    private boolean starts(ComponentConfigurationDTO config) {
        if (config.service == null) {
            return true;
        }
        try {
            ServiceReference<?>[] found =
                    bundles.getAllServiceReferences(null, "(" + Constants.SERVICE_ID + "=" + config.service.id + ")");
            if (found == null || bundles.getService(found[0]) == null) {
                return false;
            }
            bundles.ungetService(found[0]);
            return true;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A stage works on a thread of its own: its component is active however that goes. A component with {@link PidSettings} stays
     * active also if it refuses a value.
     */
    private Optional<String> stageProblem(ComponentDescriptionDTO user) {
        List<String> problems = new ArrayList<>();
        ofBundle(user, Stage.class, stage -> {
            StageReport report = stage.report();
            if (report.state() != StageState.READY) {
                problems.add("component " + user.name + " is " + report.state()
                        + report.lastError().map(error -> ": " + error).orElse(""));
            }
        });
        ofBundle(
                user,
                PidSettings.class,
                settings -> refused(settings)
                        .forEach(problem -> problems.add("component " + user.name + ": " + problem.fault())));
        return problems.stream().findFirst();
    }

    private static Stream<SettingProblem> refused(PidSettings<?> settings) {
        return settings.problems().stream().filter(SettingProblem::known);
    }

    private <S> void ofBundle(ComponentDescriptionDTO user, Class<S> type, Consumer<S> use) {
        try {
            for (ServiceReference<S> reference :
                    bundles.getServiceReferences(type, "(" + Constants.SERVICE_BUNDLEID + "=" + user.bundle.id + ")")) {
                S service = bundles.getService(reference);
                if (service != null) {
                    use.accept(service);
                    bundles.ungetService(reference);
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String firstLine(@Nullable String failure) {
        return failure == null
                ? "no reason given"
                : failure.strip().lines().findFirst().orElse("");
    }

    private static boolean has(ComponentConfigurationDTO config, Map<String, Object> values) {
        SortedMap<String, Object> properties = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        properties.putAll(config.properties);
        return values.entrySet().stream().allMatch(value -> same(value.getValue(), properties.get(value.getKey())));
    }

    /** Equal, whichever of the forms a configuration may take on its way. */
    static boolean same(Object wanted, @Nullable Object found) {
        if (found instanceof Object[] array) {
            return wanted instanceof Object[] other ? Arrays.equals(array, other) : wanted.equals(Arrays.asList(array));
        }
        return found != null && wanted.toString().equals(found.toString());
    }

    private List<ComponentDescriptionDTO> users(String pid) {
        return runtime.getComponentDescriptionDTOs().stream()
                .filter(description ->
                        Arrays.asList(description.configurationPid).contains(pid)
                                && !"ignore".equals(description.configurationPolicy))
                .toList();
    }
}
