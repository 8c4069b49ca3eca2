// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.settings;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.component.LoggedException;
import io.karst.component.SafeText;
import io.karst.component.WebAddress;
import io.karst.config.SettingsCheck;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of one PID. A component of its own without references, so that it also answers while what uses the settings cannot
 * start. Extend it by a component that passes its properties on, and register it as {@code PidSettings}, {@link SettingsCheck},
 * {@link AbilityProbe} and as its own class.
 *
 * <p>A refused value changes nothing: the last good value of its key is in force, also after a restart; the default, if there is none.
 * Other settings of the file take effect. The exception are settings that decide who is trusted: while one of these is refused, nothing
 * of the file takes effect, and after a restart nothing is in force.
 *
 * @param <T> the settings, checked
 */
public abstract class PidSettings<T> implements SettingsCheck, AbilityProbe {

    private static final Logger LOG = LoggerFactory.getLogger(PidSettings.class);
    private static final int VALUE_WIDTH = 100;

    /** What the framework, Declarative Services, File Install and Karaf add. */
    private static final Pattern NOT_OURS = Pattern.compile(
            "(service|felix|component|osgi|org\\.apache\\.karaf)\\..*|objectClass|karst\\.settings\\.pid|(.*\\.)?target|(.*\\.)?cardinality\\.minimum",
            Pattern.CASE_INSENSITIVE);

    private final String pid;
    private final Function<SortedMap<String, List<String>>, T> reader;
    private final SortedMap<String, List<String>> defaults;
    private final Set<String> trust;
    private final LastGoodValues lastGood;

    private SortedMap<String, List<String>> valuesInForce = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private boolean configured;
    private Runnable listener = () -> {};
    private volatile Optional<T> inForce = Optional.empty();
    private volatile List<SettingProblem> problems = List.of();

    /**
     * Reads the settings.
     *
     * @param bundles knows where Karaf's data folder is
     * @param pid whose settings these are
     * @param type component property type that declares them with their defaults
     * @param reader checks them; throws an {@link InvalidSettingException}
     * @param trust keys that decide who is trusted; may be empty
     * @param properties of the component
     */
    protected <A> PidSettings(
            BundleContext bundles,
            String pid,
            Class<A> type,
            Function<A, T> reader,
            Set<String> trust,
            Map<String, Object> properties) {
        this.pid = pid;
        this.reader = values -> reader.apply(TypedSettings.of(type, values));
        this.trust = Set.copyOf(trust);
        defaults = TypedSettings.defaults(type);
        String data = bundles.getProperty("karaf.data");
        lastGood = new LastGoodValues(Path.of(data == null ? "data" : data, "karst", "settings", pid + ".properties"));
        use(properties, true);
    }

    /** Takes changed properties of the component. */
    protected final void change(Map<String, Object> properties) {
        use(properties, false);
    }

    /**
     * What holds.
     *
     * @throws IllegalStateException if a setting that decides who is trusted is refused, and no former value of this run is in force
     */
    public final T inForce() {
        return findInForce()
                .orElseThrow(() -> new IllegalStateException(
                        problems.stream().map(SettingProblem::text).findFirst().orElse(pid + " has no settings")));
    }

    /** What holds; empty if a setting that decides who is trusted is refused, and no former value of this run is in force. */
    public final Optional<T> findInForce() {
        return inForce;
    }

    /** Refused values and unknown keys of the present settings. */
    public final List<SettingProblem> problems() {
        return problems;
    }

    /**
     * Calls this after each change of what is in force. Replaces the listener before. Whoever reads {@link #inForce()} and then calls
     * this does both holding the lock of this object, and misses no change.
     */
    public final synchronized void onChange(Runnable changed) {
        listener = changed;
    }

    @Override
    public final void check(Map<String, Object> settings) {
        SortedMap<String, List<String>> values = TypedSettings.texts(settings);
        checkSurroundings(read(values), values.keySet());
    }

    /**
     * What else is asked of remote settings: whether files that they name can be used now.
     *
     * @param wanted the settings, checked
     * @param keys what is set, compared without regard to case
     * @throws IllegalArgumentException if they cannot be used; names key, value and what is allowed
     */
    protected void checkSurroundings(T wanted, Set<String> keys) {}

    @Override
    public final List<Ability> probe() {
        return problems.stream()
                .map(problem -> new Ability(
                        problem.known()
                                ? "valid value of " + (problem.key().isEmpty() ? pid : problem.key())
                                : "valid name of setting " + problem.key(),
                        false,
                        problem.file() + ": " + problem.fault(),
                        problem.effect(),
                        "correct the line; it takes effect at once"))
                .toList();
    }

    private synchronized void use(Map<String, Object> properties, boolean start) {
        boolean present = properties.containsKey(Constants.SERVICE_PID);
        SortedMap<String, List<String>> set = TypedSettings.texts(properties);
        set.keySet().removeIf(key -> !defaults.containsKey(key));
        Choice<T> choice = choose(set);
        if (choice.settings().isPresent() && (present || !start)) {
            lastGood.set(choice.values()); // without a file: it may be that File Install has not read it yet
        }
        boolean changed = choice.settings().isPresent() != inForce.isPresent()
                || !choice.values().equals(valuesInForce);
        configured = choice.settings().isPresent() && present;
        inForce = choice.settings();
        valuesInForce = choice.values();
        publish(problems(choice, set, properties));
        if (changed && !start) {
            tell();
        }
    }

    /**
     * What is to be in force.
     *
     * @param settings empty if nothing is
     * @param values by key, where they are not the defaults
     * @param refused by key
     */
    private record Choice<T>(
            Optional<T> settings,
            SortedMap<String, List<String>> values,
            Map<String, InvalidSettingException> refused) {}

    /** Each value that is refused gives way to the last good one, then to the default, until all fit together. */
    private Choice<T> choose(SortedMap<String, List<String>> set) {
        SortedMap<String, List<String>> values = new TreeMap<>(set);
        Map<String, InvalidSettingException> refused = new LinkedHashMap<>();
        while (true) {
            try {
                T settings = read(values);
                return trust.stream().anyMatch(refused::containsKey)
                        ? former(refused)
                        : new Choice<>(Optional.of(settings), values, refused);
            } catch (InvalidSettingException e) {
                boolean first = refused.putIfAbsent(e.key(), e) == null;
                if (!replace(e.key(), values, first)) {
                    return former(refused);
                }
            }
        }
    }

    private boolean replace(String key, SortedMap<String, List<String>> values, boolean first) {
        List<String> last = lastGood.get().get(key);
        if (first && last != null && !last.equals(values.get(key))) {
            values.put(key, last);
            return true;
        }
        return values.remove(key) != null;
    }

    /** Values that do not fit together in any way, or of which one decides who is trusted: none of them counts. */
    private Choice<T> former(Map<String, InvalidSettingException> refused) {
        if (inForce.isPresent() && (configured || trust.isEmpty())) {
            return new Choice<>(inForce, valuesInForce, refused);
        }
        SortedMap<String, List<String>> values = trust.isEmpty() ? lastGood.get() : defaults;
        try {
            return new Choice<>(trust.isEmpty() ? Optional.of(read(values)) : Optional.empty(), values, refused);
        } catch (InvalidSettingException e) {
            refused.putIfAbsent(e.key(), e);
            return new Choice<>(Optional.empty(), values, refused);
        }
    }

    @SuppressWarnings("IllegalCatch") // whatever a reader throws, it has not accepted the values
    private T read(SortedMap<String, List<String>> values) {
        try {
            return reader.apply(values);
        } catch (InvalidSettingException e) {
            throw e;
        } catch (RuntimeException e) {
            InvalidSettingException refused = new InvalidSettingException("", "", "", String.valueOf(e.getMessage()));
            refused.initCause(e);
            throw refused;
        }
    }

    private List<SettingProblem> problems(
            Choice<T> choice, SortedMap<String, List<String>> set, Map<String, Object> properties) {
        String file = file(properties);
        List<SettingProblem> found = new ArrayList<>();
        choice.refused().forEach((key, refused) -> {
            String value = set.containsKey(key) ? text(set.get(key)) : refused.value();
            String allowed = key.isEmpty() ? String.valueOf(refused.getMessage()) : refused.allowed();
            found.add(new SettingProblem(file, key, value, allowed, effect(choice, key), true));
        });
        properties.keySet().stream()
                .filter(key ->
                        !defaults.containsKey(key) && !NOT_OURS.matcher(key).matches())
                .sorted()
                .map(key -> new SettingProblem(
                        file,
                        shortened(key),
                        text(TypedSettings.texts(properties).getOrDefault(key, List.of())),
                        String.join(", ", defaults.keySet()),
                        "The line has no effect",
                        false))
                .forEach(found::add);
        return List.copyOf(found);
    }

    private String effect(Choice<T> choice, String key) {
        if (choice.settings().isEmpty()) {
            return "Nothing is in force: it decides who is trusted, so no former value and no default is used after a restart";
        }
        if (trust.stream().anyMatch(choice.refused()::containsKey) || key.isEmpty()) {
            return "No setting of the file takes effect; all stay as they were";
        }
        List<String> last = choice.values().get(key);
        return "In force: " + key + "="
                + (last == null
                        ? text(defaults.getOrDefault(key, List.of())) + ", the default"
                        : text(last) + ", the last good value");
    }

    private static String text(List<String> value) {
        return shortened(WebAddress.withoutUsers(String.join(", ", value)));
    }

    private static String shortened(String text) {
        return text.length() > VALUE_WIDTH ? text.substring(0, VALUE_WIDTH) + "\u2026" : text;
    }

    /** The path of the settings file, as File Install names it. */
    private String file(Map<String, Object> properties) {
        if (properties.get("felix.fileinstall.filename") instanceof String address) {
            try {
                return Path.of(URI.create(address)).toString();
            } catch (IllegalArgumentException | FileSystemNotFoundException e) {
                LOG.debug("{} is no file's address", address, LoggedException.of(e));
                return address;
            }
        }
        return "configuration " + pid;
    }

    /** Each problem is logged once, when it comes up. */
    private void publish(List<SettingProblem> now) {
        List<SettingProblem> before = problems;
        problems = now;
        now.stream()
                .filter(problem -> !before.contains(problem))
                .forEach(problem -> LOG.warn("{}", SafeText.of(problem.text())));
        if (!before.isEmpty() && now.isEmpty()) {
            LOG.info("pid={}: all settings are accepted again", pid);
        }
    }

    @SuppressWarnings("IllegalCatch") // what the user of the settings throws must not end this component
    private void tell() {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOG.error("pid={}: changed settings cannot be applied", pid, LoggedException.of(e));
        }
    }
}
