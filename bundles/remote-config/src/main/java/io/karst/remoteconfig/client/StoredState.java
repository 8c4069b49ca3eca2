// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.ByteFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What of a state is kept over a restart; nothing in it is verified yet. The digest tells damage, not forgery: against that, everything is
 * verified from the initial root on.
 */
record StoredState(
        List<Bytes> roots,
        long targetsFloor,
        Optional<String> organisation,
        Bytes targets,
        Bytes backendState,
        SortedMap<String, Config> configs) {

    private static final String FORMAT = "karst-remote-config-client";
    private static final int VERSION = 2;

    /** A configuration's version, which stays when only its target's version changes, and its content. */
    record Config(long version, Bytes content) {}

    static Bytes write(ClientState state) {
        ByteFormat.Writer out = new ByteFormat.Writer(FORMAT, VERSION);
        out.number(state.roots().size());
        state.roots().forEach(out::bytes);
        out.number(state.targetsFloor());
        out.text(state.organisation().orElse(""));
        out.bytes(state.targets());
        out.bytes(state.backendState());
        out.number(state.configs().size());
        for (Map.Entry<String, VerifiedConfig> config : state.configs().entrySet()) {
            out.text(config.getKey());
            out.number(config.getValue().file().version());
            out.bytes(config.getValue().content());
        }
        return out.finish();
    }

    /** Throws {@link RefusedException} with {@link Refusal.DamagedState}. */
    static StoredState read(Bytes stored) {
        ByteFormat.Reader in = ByteFormat.Reader.open(stored, FORMAT, VERSION);
        List<Bytes> roots = new ArrayList<>();
        for (long left = in.count(); left > 0; left--) {
            roots.add(in.bytes());
        }
        long floor = in.number();
        if (floor < 0) {
            throw new RefusedException(new Refusal.DamagedState("targets floor " + floor));
        }
        Optional<String> organisation = Optional.of(in.text()).filter(uuid -> !uuid.isEmpty());
        Bytes targets = in.bytes();
        Bytes backendState = in.bytes();
        SortedMap<String, Config> configs = new TreeMap<>();
        for (long left = in.count(); left > 0; left--) {
            configs.put(in.text(), new Config(in.number(), in.bytes()));
        }
        in.end();
        return new StoredState(roots, floor, organisation, targets, backendState, configs);
    }
}
