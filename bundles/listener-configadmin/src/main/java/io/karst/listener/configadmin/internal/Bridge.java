// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import io.karst.config.ConfigChange;
import io.karst.config.ConfigRefusedException;
import io.karst.config.RemoteConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Updates an OSGi configuration, waits until its components are active again, and rolls back if they are not. */
final class Bridge {

    private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);

    private final ConfigurationAdmin admin;
    private final Confirmation confirmation;
    private final Ledger ledger;
    private final AllowList allowed;
    private final Duration patience;

    Bridge(ConfigurationAdmin admin, Confirmation confirmation, Ledger ledger, AllowList allowed, Duration patience) {
        this.admin = admin;
        this.confirmation = confirmation;
        this.ledger = ledger;
        this.allowed = allowed;
        this.patience = patience;
    }

    /** Rolls back the changes of files that were removed while this bundle was stopped. */
    synchronized void keepOnly(List<RemoteConfig> current) throws IOException {
        for (String path : ledger.entries().keySet()) {
            if (current.stream().noneMatch(config -> config.path().equals(path))) {
                putBack(path);
            }
        }
    }

    synchronized void apply(ConfigChange change) throws ConfigRefusedException, InterruptedException {
        try {
            if (change.kind() == ConfigChange.Kind.REMOVED) {
                putBack(change.config().path());
            } else {
                set(change.config());
            }
        } catch (IOException e) {
            throw new ConfigRefusedException("Configuration Admin failed: " + e.getMessage(), e);
        }
    }

    private void set(RemoteConfig config) throws IOException, ConfigRefusedException, InterruptedException {
        PidChange wanted = PidChange.parse(config.content());
        if (!allowed.permits(wanted.pid())) {
            throw new ConfigRefusedException("PID " + wanted.pid() + " is not on the allow list of this host");
        }
        for (Map.Entry<String, Ledger.Entry> other : ledger.entries().entrySet()) {
            if (!other.getKey().equals(config.path()) && other.getValue().pid().equals(wanted.pid())) {
                throw new ConfigRefusedException("PID " + wanted.pid() + " is set by " + other.getKey() + " already");
            }
        }
        Optional<Ledger.Entry> former = ledger.find(config.path());
        if (former.isPresent() && !former.get().pid().equals(wanted.pid())) {
            putBack(config.path());
        }
        change(config.path(), wanted);
    }

    private void change(String path, PidChange wanted)
            throws IOException, ConfigRefusedException, InterruptedException {
        Configuration configuration = admin.getConfiguration(wanted.pid(), "?");
        Dictionary<String, Object> before = configuration.getProperties();
        Optional<Ledger.Entry> former = ledger.find(path);
        // what the operator had: not what an earlier version of this file made of it
        Dictionary<String, Object> base = former.isPresent() ? undone(before, former.get()) : before;
        Dictionary<String, Object> after = copy(base);
        Map<String, Optional<Object>> original = new TreeMap<>();
        wanted.properties().forEach((key, value) -> {
            original.put(key, Optional.ofNullable(base == null ? null : base.get(key)));
            after.put(key, value instanceof List<?> list ? list.toArray(new String[0]) : value);
        });
        requireKept(original);
        Collection<String> working = confirmation.working(wanted.pid());
        ledger.put(path, new Ledger.Entry(wanted.pid(), original));
        boolean confirmed = false;
        try {
            configuration.update(after);
            confirmation.await(wanted.pid(), working, wanted.properties(), patience);
            confirmed = true;
            LOG.info("pid={} keys={} from {}", wanted.pid(), wanted.properties().keySet(), path);
        } finally {
            if (!confirmed) {
                write(wanted.pid(), before);
                if (former.isPresent()) {
                    ledger.put(path, former.get());
                } else {
                    ledger.remove(path);
                }
            }
        }
    }

    private static void requireKept(Map<String, Optional<Object>> original) throws ConfigRefusedException {
        for (Map.Entry<String, Optional<Object>> each : original.entrySet()) {
            if (each.getValue().filter(value -> !Ledger.keeps(value)).isPresent()) {
                throw new ConfigRefusedException("property \"" + each.getKey() + "\" is of type "
                        + each.getValue().get().getClass().getSimpleName() + ", which could not be put back");
            }
        }
    }

    private void putBack(String path) throws IOException {
        Optional<Ledger.Entry> entry = ledger.find(path);
        if (entry.isPresent()) {
            String pid = entry.get().pid();
            Dictionary<String, Object> now = admin.getConfiguration(pid, "?").getProperties();
            write(pid, undone(now, entry.get()));
            ledger.remove(path);
            LOG.info("pid={} keys={} put back", pid, entry.get().before().keySet());
        }
    }

    private void write(String pid, @Nullable Dictionary<String, Object> properties) throws IOException {
        Configuration configuration = admin.getConfiguration(pid, "?");
        if (properties == null || properties.isEmpty()) {
            configuration.delete();
        } else {
            configuration.update(properties);
        }
    }

    private static Dictionary<String, Object> undone(@Nullable Dictionary<String, Object> now, Ledger.Entry entry) {
        Dictionary<String, Object> undone = copy(now);
        entry.before().forEach((key, value) -> {
            if (value.isPresent()) {
                undone.put(key, value.get());
            } else {
                undone.remove(key);
            }
        });
        undone.remove("service.pid");
        return undone;
    }

    @SuppressWarnings("JdkObsolete") // Configuration Admin takes a Dictionary, and this is the only one
    private static Dictionary<String, Object> copy(@Nullable Dictionary<String, Object> from) {
        Dictionary<String, Object> copy = new Hashtable<>();
        if (from != null) {
            from.keys().asIterator().forEachRemaining(key -> copy.put(key, from.get(key)));
        }
        return copy;
    }
}
