// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.settings.InvalidSettingException;
import io.karst.settings.PidSettings;
import io.karst.settings.SettingProblem;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.assertj.core.api.Assertions;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/**
 * What a refused value has to leave alone.
 *
 * @param <S> settings of a PID
 * @param pid the PID
 * @param start reads the settings at a start of Karaf
 * @param edit gives running settings what an operator has changed
 */
public record RefusedValue<S extends PidSettings<?>>(
        String pid, BiFunction<BundleContext, Map<String, Object>, S> start, BiConsumer<S, Map<String, Object>> edit) {

    /** Karaf as settings know it. */
    public static BundleContext karaf(Path data) {
        return (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (self, method, arguments) -> data.toString());
    }

    /** Asserts that it changes nothing, neither in this run nor at the next start. */
    public void changesNothing(BundleContext karaf, String key, String value, String allowed) {
        Map<String, Object> bad = bad(key, value);
        String before = editRunning(start.apply(karaf, Map.of()), key, bad, allowed);
        assertThat(start.apply(karaf, bad).inForce()).hasToString(before);
    }

    /** Asserts that it changes nothing in this run, and that nothing is in force at the next start. */
    public void isNotGuessedAtAStart(BundleContext karaf, String key, String value, String allowed) {
        Map<String, Object> bad = bad(key, value);
        editRunning(start.apply(karaf, Map.of(Constants.SERVICE_PID, pid)), key, bad, allowed);
        assertThat(start.apply(karaf, bad).findInForce()).isEmpty();
    }

    private Map<String, Object> bad(String key, String value) {
        return Map.of(Constants.SERVICE_PID, pid, key, value);
    }

    /** Returns what was in force before, and is still. */
    private String editRunning(S settings, String key, Map<String, Object> bad, String allowed) {
        settings.onChange(Assertions::fail);
        String before = settings.inForce().toString();
        edit.accept(settings, bad);
        assertThat(settings.inForce()).hasToString(before);
        assertThat(settings.problems()).extracting(SettingProblem::key).containsExactly(key);
        assertThat(settings.problems().get(0).allowed()).contains(allowed);
        assertThatThrownBy(() -> settings.check(bad)).isInstanceOf(InvalidSettingException.class);
        return before;
    }
}
