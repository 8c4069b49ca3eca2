// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import io.karst.component.SafeText;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigRefusedException;
import io.karst.config.RemoteConfig;
import io.karst.config.SettingsCheck;
import io.karst.listener.configadmin.internal.Ledger.Entry;
import io.karst.listener.configadmin.internal.Ledger.Source;
import io.karst.listener.configadmin.internal.Ledger.State;
import io.karst.listener.configadmin.internal.RemoteSettingsBounds.Bounds;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.metatype.AttributeDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets OSGi configurations, waits until their components work with them, and puts everything back otherwise. While a remote value
 * is in force, Configuration Admin holds it, and the operator's file is not touched: the operator's later edit of the same
 * setting wins, and another edit is merged. Thread-safe.
 */
final class Bridge {

    /** As often as a change may be interrupted before it is given up, and as many starts may fail. */
    static final int MOST_TRIES = 2;

    private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);

    private final Configurations configurations;
    private final Components components;
    private final Function<String, List<SettingsCheck>> checks;
    private final Ledger ledger;
    private final BiConsumer<Source, String> news;
    private final Supplier<Bounds> bounds;

    /**
     * Wires it.
     *
     * @param checks the checks of a PID's settings
     * @param news hears of a configuration that is no longer in force, and why
     * @param bounds the operator's, as they are now
     */
    Bridge(
            Configurations configurations,
            Components components,
            Function<String, List<SettingsCheck>> checks,
            Ledger ledger,
            BiConsumer<Source, String> news,
            Supplier<Bounds> bounds) {
        this.configurations = configurations;
        this.components = components;
        this.checks = checks;
        this.ledger = ledger;
        this.news = news;
        this.bounds = bounds;
    }

    /**
     * Before the stages start: puts back what was not confirmed or is not allowed any more, and everything after two starts in which
     * the stages did not become ready; sets the rest again.
     *
     * @param run names this run of Karaf
     * @return whether remote values are in force that the stages have not been ready with since this start
     */
    synchronized boolean start(String run) throws IOException {
        ledger.starting(run);
        keepAllowed();
        for (Map.Entry<String, Entry> each : ledger.entries().entrySet()) {
            Entry entry = each.getValue();
            if (entry.state() == State.TRYING && entry.tries() >= MOST_TRIES) {
                refuse(
                        each.getKey(),
                        entry,
                        "put back, because Karaf stopped " + entry.tries()
                                + " times before its components had confirmed it; publish it again to try once more");
            } else if (entry.state() == State.TRYING) {
                undo(each.getKey(), entry);
                LOG.warn("pid={} put back: Karaf stopped before {} was confirmed", each.getKey(), entry.source());
            } else if (entry.state() == State.CONFIRMED && ledger.starts() > MOST_TRIES) {
                refuse(
                        each.getKey(),
                        entry,
                        "put back, because the stages did not become ready in " + MOST_TRIES
                                + " starts of Karaf in a row with this and " + (ledger.inForce() - 1)
                                + " other changes");
            } else {
                compare(each.getKey());
            }
        }
        return ledger.inForce() > 0;
    }

    /** Puts back what the operator does not allow any more. */
    synchronized void keepAllowed() throws IOException {
        AllowList allowed = bounds.get().allowed();
        for (Map.Entry<String, Entry> each : ledger.entries().entrySet()) {
            if (!allowed.permits(each.getKey())) {
                putBack(each.getKey(), each.getValue());
            }
        }
    }

    /** The stages are ready with what is in force. */
    synchronized void ready() throws IOException {
        ledger.ready();
    }

    /** The stages did not become ready in time: puts everything back. */
    synchronized void notReady(String why) throws IOException {
        for (Map.Entry<String, Entry> each : ledger.entries().entrySet()) {
            if (each.getValue().state() == State.CONFIRMED) {
                refuse(each.getKey(), each.getValue(), "put back, because the stages did not become ready " + why);
            }
        }
    }

    /** Puts back the changes of files that were removed while this bundle was stopped. */
    synchronized void keepOnly(List<RemoteConfig> current) throws IOException {
        for (Map.Entry<String, Entry> each : ledger.entries().entrySet()) {
            String path = each.getValue().source().path();
            if (current.stream().noneMatch(config -> config.path().equals(path))) {
                putBack(each.getKey(), each.getValue());
            }
        }
    }

    synchronized void apply(ConfigChange change) throws ConfigRefusedException, InterruptedException {
        try {
            if (change.kind() == ConfigChange.Kind.REMOVED) {
                putBackAll(change.config().path(), Optional.empty());
            } else {
                set(change.config());
            }
        } catch (IOException e) {
            throw new ConfigRefusedException("settings cannot be written: " + e.getMessage(), e);
        }
    }

    private void putBackAll(String path, Optional<String> exceptPid) throws IOException {
        for (Map.Entry<String, Entry> each : ledger.entries().entrySet()) {
            if (each.getValue().source().path().equals(path) && !exceptPid.equals(Optional.of(each.getKey()))) {
                putBack(each.getKey(), each.getValue());
            }
        }
    }

    private void set(RemoteConfig config) throws IOException, ConfigRefusedException, InterruptedException {
        PidChange wanted = parse(config.content());
        String pid = wanted.pid();
        Source source = Source.of(config);
        Optional<Entry> entry = ledger.find(pid);
        if (entry.isPresent() && !entry.get().source().path().equals(source.path())) {
            if (entry.get().state() != State.REFUSED) {
                throw new ConfigRefusedException(
                        "PID " + pid + " is set by " + entry.get().source().path() + " already");
            }
            entry = Optional.empty();
        }
        Optional<Entry> same = entry.filter(known -> known.source().equals(source));
        if (same.isPresent() && same.get().state() == State.CONFIRMED) {
            compare(pid);
            same = ledger.find(pid);
        }
        if (same.isPresent() && same.get().state() == State.REFUSED) {
            throw new ConfigRefusedException(same.get().reason());
        }
        if (same.isPresent() && same.get().state() == State.CONFIRMED) {
            confirmAgain(pid, same.get());
        } else {
            SortedMap<String, Object> values = declared(pid, wanted.properties(), components.declared(pid));
            change(pid, source, values, entry, same.map(Entry::tries).orElse(0) + 1);
        }
        putBackAll(source.path(), Optional.of(pid));
    }

    private PidChange parse(byte[] content) throws ConfigRefusedException {
        PidChange wanted = PidChange.parse(content);
        if (!bounds.get().allowed().permits(wanted.pid())) {
            throw new ConfigRefusedException("PID " + wanted.pid() + " is not on the allow list of this host");
        }
        return wanted;
    }

    /** Refuses what {@link #apply} would refuse before it writes anything. */
    synchronized void check(byte[] content) throws ConfigRefusedException {
        PidChange wanted = parse(content);
        String pid = wanted.pid();
        SortedMap<String, AttributeDefinition> known = components.declared(pid);
        SortedMap<String, Object> values = declared(pid, wanted.properties(), known);
        try {
            requireChecked(pid, with(configurations.read(pid), values));
        } catch (IOException e) {
            throw new ConfigRefusedException("settings cannot be read: " + e.getMessage(), e);
        }
        requireValid(values, known);
    }

    /** Only what the components declare, in their spelling. */
    private static SortedMap<String, Object> declared(
            String pid, SortedMap<String, Object> wanted, SortedMap<String, AttributeDefinition> declared)
            throws ConfigRefusedException {
        SortedMap<String, Object> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Map.Entry<String, Object> each : wanted.entrySet()) {
            AttributeDefinition attribute = declared.get(each.getKey());
            if (attribute == null) {
                throw new ConfigRefusedException("PID " + pid + " has no setting \"" + each.getKey()
                        + "\"; its settings: " + String.join(", ", declared.keySet()));
            }
            if (each.getValue() instanceof List<?> && attribute.getCardinality() == 0) {
                throw new ConfigRefusedException("property \"" + each.getKey() + "\" takes one value, not a list");
            }
            values.put(attribute.getID(), each.getValue());
        }
        return values;
    }

    /** After a restart it is in force already, and only asked whether it works. */
    private void confirmAgain(String pid, Entry entry)
            throws IOException, ConfigRefusedException, InterruptedException {
        try {
            components.await(
                    pid,
                    List.of(),
                    entry.wanted(),
                    bounds.get().patience().multipliedBy(2),
                    () -> requireInForce(pid, entry.wanted()));
        } catch (ConfigRefusedException e) {
            refuse(pid, entry, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private void change(String pid, Source source, SortedMap<String, Object> values, Optional<Entry> former, int tries)
            throws IOException, ConfigRefusedException, InterruptedException {
        SortedMap<String, Object> now = configurations.read(pid);
        Optional<Entry> inForce = former.filter(entry -> entry.state() == State.CONFIRMED);
        // what the operator had: not what an earlier version of this file made of it
        SortedMap<String, Object> base = inForce.isPresent() ? without(now, inForce.get()) : now;
        SortedMap<String, Object> merged = with(base, values);
        SortedMap<String, Optional<Object>> before = before(base, values);
        requireKept(before);
        requireChecked(pid, merged);
        requireValid(values, components.declared(pid));
        Collection<String> working = components.working(pid);
        Entry entry = new Entry(source, values, before, State.TRYING, "", tries, configurations.file(base));
        ledger.put(pid, entry);
        boolean restart = checks.apply(pid).isEmpty();
        boolean confirmed = false;
        try {
            configurations.write(pid, merged);
            if (restart) {
                components.restart(pid);
            }
            components.await(pid, working, values, bounds.get().patience(), () -> requireInForce(pid, values));
            ledger.put(pid, entry.in(State.CONFIRMED, ""));
            confirmed = true;
            LOG.info("pid={} keys={} from {}", pid, values.keySet(), source.path());
        } finally {
            if (!confirmed) {
                withdraw(pid, entry, inForce);
                if (restart) {
                    components.restart(pid);
                }
            }
        }
    }

    /** After a refusal: what was in force before is again, save for what the operator changed meanwhile. */
    private void withdraw(String pid, Entry entry, Optional<Entry> inForce) throws IOException {
        SortedMap<String, Object> base = without(configurations.read(pid), entry);
        if (inForce.isPresent()) {
            configurations.write(pid, with(base, inForce.get().wanted()));
            ledger.put(pid, inForce.get());
        } else {
            configurations.giveBack(pid, base, entry.file());
            ledger.remove(pid);
        }
    }

    private static SortedMap<String, Optional<Object>> before(
            SortedMap<String, Object> base, SortedMap<String, Object> values) {
        SortedMap<String, Optional<Object>> before = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        values.keySet().forEach(key -> before.put(key, Optional.ofNullable(base.get(key))));
        before.put(OperatorsFile.KEY, Optional.ofNullable(base.get(OperatorsFile.KEY)));
        return before;
    }

    private static void requireKept(SortedMap<String, Optional<Object>> before) throws ConfigRefusedException {
        for (Map.Entry<String, Optional<Object>> each : before.entrySet()) {
            if (each.getValue().filter(value -> !Ledger.keeps(value)).isPresent()) {
                throw new ConfigRefusedException("property \"" + each.getKey() + "\" is of type "
                        + each.getValue().get().getClass().getSimpleName() + ", which could not be put back");
            }
        }
    }

    @SuppressWarnings("IllegalCatch") // a check that fails, however it does, has not agreed
    private void requireChecked(String pid, SortedMap<String, Object> merged) throws ConfigRefusedException {
        for (SettingsCheck check : checks.apply(pid)) {
            try {
                check.check(merged);
            } catch (RuntimeException | Error e) {
                throw new ConfigRefusedException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
            }
        }
    }

    private static void requireValid(SortedMap<String, Object> values, SortedMap<String, AttributeDefinition> declared)
            throws ConfigRefusedException {
        for (Map.Entry<String, Object> each : values.entrySet()) {
            AttributeDefinition attribute = declared.get(each.getKey());
            if (attribute != null) {
                requireValid(each.getKey(), each.getValue(), attribute);
            }
        }
    }

    private static void requireValid(String key, Object wanted, AttributeDefinition attribute)
            throws ConfigRefusedException {
        for (Object value : wanted instanceof List<?> several ? several : List.of(wanted)) {
            String problem =
                    attribute.validate(attribute.getCardinality() == 0 ? value.toString() : escaped(value.toString()));
            if (problem != null && !problem.isEmpty()) {
                throw new ConfigRefusedException(
                        key + "=" + value + " is not what its component declares (OSGi metatype): " + problem);
            }
        }
    }

    /** The metatype service takes several values in one text. */
    private static String escaped(String value) {
        return value.replaceAll("([\\\\, ])", "\\\\$1");
    }

    private void requireInForce(String pid, SortedMap<String, Object> values)
            throws IOException, ConfigRefusedException {
        SortedMap<String, Object> now = configurations.read(pid);
        Collection<String> other = values.entrySet().stream()
                .filter(each -> !Components.same(each.getValue(), now.get(each.getKey())))
                .map(Map.Entry::getKey)
                .toList();
        if (!other.isEmpty()) {
            throw new ConfigRefusedException(overridden(other));
        }
    }

    private static String overridden(Collection<String> keys) {
        return "overridden on the host: " + String.join(", ", keys);
    }

    /** Something changed a configuration; an operator, perhaps. */
    synchronized void changed(String pid) throws IOException {
        if (ledger.find(pid).filter(entry -> entry.state() == State.CONFIRMED).isPresent()) {
            compare(pid);
        }
    }

    /**
     * Compares what is set with what is wanted. A setting that the operator changed since stays as the operator wants it, and the remote
     * configuration is then no longer in force. Other edits are merged.
     */
    private void compare(String pid) throws IOException {
        Entry entry = ledger.find(pid).orElseThrow();
        if (entry.state() != State.CONFIRMED) {
            return;
        }
        SortedMap<String, Object> now = configurations.read(pid);
        if (wasWrittenByCommand(entry, now)) {
            return;
        }
        List<String> theirs = new ArrayList<>();
        boolean set = !now.containsKey(OperatorsFile.KEY);
        for (Map.Entry<String, Object> each : entry.wanted().entrySet()) {
            Object found = now.get(each.getKey());
            if (!Components.same(each.getValue(), found)) {
                set = false;
                if (!same(entry, each.getKey(), found)) {
                    theirs.add(each.getKey());
                }
            }
        }
        if (!theirs.isEmpty()) {
            refuse(pid, entry, overridden(theirs));
        } else if (!set) {
            merge(pid, entry, now);
        }
    }

    /**
     * Karaf's commands config:property-get and config:property-set write all that Configuration Admin holds into the operator's file:
     * remote values and no comment. The file gets back what it had, with what the operator set by the command; File Install then reads
     * it, and it is compared again.
     */
    private static boolean wasWrittenByCommand(Entry entry, SortedMap<String, Object> now) throws IOException {
        Object address = now.get(OperatorsFile.KEY);
        if (address == null) {
            return false;
        }
        Optional<String> file = OperatorsFile.read(address);
        if (file.isEmpty() || entry.file().isEmpty() || file.equals(entry.file())) {
            return false;
        }
        boolean hasOurs = entry.wanted().entrySet().stream()
                .anyMatch(each -> Components.same(each.getValue(), now.get(each.getKey()))
                        && !same(entry, each.getKey(), now.get(each.getKey())));
        boolean lostComments = OperatorsFile.hasComment(entry.file().get()) && !OperatorsFile.hasComment(file.get());
        if (!hasOurs && !lostComments) {
            return false;
        }
        Map<String, Optional<Object>> changes = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        Properties before = new Properties();
        before.load(new StringReader(entry.file().get()));
        for (String key : before.stringPropertyNames()) {
            if (!now.containsKey(key)) {
                changes.put(key, Optional.empty());
            }
        }
        now.forEach((key, value) -> {
            Object wanted = entry.wanted().get(key);
            boolean ours = key.equals(OperatorsFile.KEY) || (wanted != null && Components.same(wanted, value));
            if (!ours && !Components.same(value, before.getProperty(key))) {
                changes.put(key, Optional.of(value));
            }
        });
        OperatorsFile.replace(address, OperatorsFile.edited(entry.file().get(), changes));
        return true;
    }

    private static boolean same(Entry entry, String key, @Nullable Object found) {
        Object before = entry.before().getOrDefault(key, Optional.empty()).orElse(null);
        return before == null ? found == null : Components.same(before, found);
    }

    private void merge(String pid, Entry entry, SortedMap<String, Object> now) throws IOException {
        SortedMap<String, Object> base = without(now, entry);
        SortedMap<String, Object> merged = with(base, entry.wanted());
        try {
            requireChecked(pid, merged);
        } catch (ConfigRefusedException e) {
            refuse(pid, entry, "does not go with the settings of this host: " + e.getMessage());
            return;
        }
        ledger.put(pid, entry.after(before(base, entry.wanted()), configurations.file(base)));
        configurations.write(pid, merged);
        LOG.info(
                "pid={} keys={} set again over the settings of this host",
                pid,
                entry.wanted().keySet());
    }

    private void refuse(String pid, Entry entry, String why) throws IOException {
        undo(pid, entry);
        ledger.put(pid, entry.in(State.REFUSED, why));
        LOG.warn("pid={} from {}: {}", SafeText.of(pid), SafeText.of(entry.source()), SafeText.of(why));
        news.accept(entry.source(), why);
    }

    private void putBack(String pid, Entry entry) throws IOException {
        undo(pid, entry);
        ledger.remove(pid);
        LOG.info("pid={} keys={} put back", pid, entry.wanted().keySet());
    }

    private void undo(String pid, Entry entry) throws IOException {
        if (entry.state() != State.REFUSED) {
            configurations.giveBack(pid, without(configurations.read(pid), entry), entry.file());
        }
    }

    private static SortedMap<String, Object> with(SortedMap<String, Object> base, SortedMap<String, Object> values) {
        SortedMap<String, Object> merged = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        merged.putAll(base);
        merged.remove(OperatorsFile.KEY);
        values.forEach((key, value) -> {
            merged.remove(key); // with its spelling
            merged.put(key, value instanceof List<?> list ? list.toArray(new String[0]) : value);
        });
        return merged;
    }

    /** What is set without what an entry set; what somebody else set meanwhile stays. */
    private static SortedMap<String, Object> without(SortedMap<String, Object> now, Entry entry) {
        SortedMap<String, Object> base = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        base.putAll(now);
        entry.before().forEach((key, value) -> {
            Object wanted = entry.wanted().get(key);
            boolean ours = wanted == null ? !now.containsKey(key) : Components.same(wanted, now.get(key));
            if (ours) {
                base.remove(key);
                value.ifPresent(present -> base.put(key, present));
            }
        });
        return base;
    }
}
