// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import java.io.IOException;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The configurations of Configuration Admin as maps, and the operator's files that some of them come from. */
@SuppressWarnings("JdkObsolete") // Configuration Admin takes a Dictionary, and this is the only one
final class Configurations {

    private final ConfigurationAdmin admin;

    Configurations(ConfigurationAdmin admin) {
        this.admin = admin;
    }

    /** Settings of a PID without what the framework adds; empty if there are none. Keys are compared without regard to case. */
    SortedMap<String, Object> read(String pid) throws IOException {
        SortedMap<String, Object> settings = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        Dictionary<String, Object> stored = admin.getConfiguration(pid, "?").getProperties();
        if (stored != null) {
            stored.keys().asIterator().forEachRemaining(key -> settings.put(key, stored.get(key)));
        }
        settings.keySet().removeIf(key -> key.toLowerCase(Locale.ROOT).startsWith("service."));
        return settings;
    }

    /** Replaces the settings of a PID, unless they are the same; without any, the configuration is deleted. */
    void write(String pid, SortedMap<String, Object> settings) throws IOException {
        if (same(read(pid), settings)) {
            return;
        }
        Configuration configuration = admin.getConfiguration(pid, "?");
        if (settings.isEmpty()) {
            configuration.delete();
        } else {
            configuration.update(new Hashtable<>(settings));
        }
    }

    /**
     * Replaces the settings of a PID by the operator's. File Install then writes them into the operator's file, which leaves its bytes
     * as they are, as long as it holds the same. If the operator has just edited it, File Install is left to read it.
     *
     * @param file the file that these settings are from
     */
    void giveBack(String pid, SortedMap<String, Object> settings, Optional<String> file) throws IOException {
        Object address = settings.get(OperatorsFile.KEY);
        boolean read = read(pid).containsKey(OperatorsFile.KEY);
        if (address != null && !read && file.isPresent() && !file.equals(OperatorsFile.read(address))) {
            SortedMap<String, Object> withoutFile = new TreeMap<>(settings);
            withoutFile.remove(OperatorsFile.KEY);
            write(pid, withoutFile);
            OperatorsFile.touch(address);
        } else {
            write(pid, settings);
        }
    }

    /** The operator's file that settings come from. */
    Optional<String> file(SortedMap<String, Object> settings) throws IOException {
        Object address = settings.get(OperatorsFile.KEY);
        return address == null ? Optional.empty() : OperatorsFile.read(address);
    }

    private static boolean same(SortedMap<String, Object> one, SortedMap<String, Object> other) {
        return one.keySet().equals(other.keySet())
                && one.entrySet().stream()
                        .allMatch(each -> Arrays.deepEquals(
                                new Object[] {each.getValue()}, new Object[] {other.get(each.getKey())}));
    }
}
