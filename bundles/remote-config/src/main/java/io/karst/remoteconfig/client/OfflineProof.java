// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.client.ClientPolicy.Limits;
import io.karst.remoteconfig.client.ClientState.VerifiedConfig;
import io.karst.remoteconfig.tuf.RootMetadata;
import io.karst.remoteconfig.tuf.TargetsMetadata;
import io.karst.remoteconfig.tuf.TargetsMetadata.TargetEntry;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Configurations with everything that vouches for them, as files: {@code <n>.root.json}, {@code targets.json}, and {@code targets/<path>}
 * for each configuration. Anyone with the initial root can check them without asking a server.
 *
 * @param rootVersion version of the last root
 * @param targetsVersion version of the targets
 * @param expires when root or targets expire, whichever comes first
 * @param expired whether that time is over
 * @param configs every file, verified
 */
public record OfflineProof(
        long rootVersion, long targetsVersion, Instant expires, boolean expired, List<VerifiedConfig> configs) {

    private static final String TARGETS = "targets.json";
    private static final String FILES = "targets/";
    private static final Pattern ROOT = Pattern.compile("([0-9]{1,18})\\.root\\.json");

    /** Copies the list. */
    public OfflineProof {
        configs = List.copyOf(configs);
    }

    /**
     * Lays the files out.
     *
     * @param roots the initial root and later ones
     * @param targets targets metadata; may be empty
     * @param contents content by target path
     * @return content by file name
     */
    public static SortedMap<String, Bytes> files(List<Bytes> roots, Bytes targets, Map<String, Bytes> contents) {
        SortedMap<String, Bytes> files = new TreeMap<>();
        for (Bytes root : roots) {
            files.put(RootMetadata.declaredVersion(root, RootMetadata.MAX_BYTES) + ".root.json", root);
        }
        if (!targets.isEmpty()) {
            files.put(TARGETS, targets);
        }
        contents.forEach((path, content) -> files.put(FILES + path, content));
        return files;
    }

    /**
     * Checks files. Expired metadata is reported and not refused: a proof is about what was signed.
     *
     * @param files content by file name; other names are ignored
     * @param root the root that trust begins with
     * @throws RefusedException if anything is missing or does not verify
     */
    public static OfflineProof verify(Map<String, Bytes> files, Bytes root, Clock clock) {
        TrustedRoots trust = TrustedRoots.of(root, Limits.DEFAULT);
        TreeMap<Long, Bytes> roots = new TreeMap<>();
        files.forEach((name, content) -> {
            Matcher matcher = ROOT.matcher(name);
            if (matcher.matches()) {
                roots.put(Long.parseLong(matcher.group(1)), content);
            }
        });
        TrustedRoots.Followed followed = trust.retrace(new ArrayList<>(roots.values()));
        Bytes raw = Optional.ofNullable(files.get(TARGETS))
                .orElseThrow(() -> new RefusedException(new Refusal.MissingTargets()));
        TargetsMetadata targets = trust.verifyTargets(followed.roots(), raw);
        List<VerifiedConfig> configs = new ArrayList<>();
        for (Map.Entry<String, Bytes> file : new TreeMap<>(files).entrySet()) {
            if (file.getKey().startsWith(FILES)) {
                configs.add(config(file.getKey().substring(FILES.length()), file.getValue(), targets));
            }
        }
        Instant expires = trust.expires(followed.roots(), raw);
        boolean expired = !clock.instant().isBefore(expires);
        return new OfflineProof(followed.version(), targets.version(), expires, expired, configs);
    }

    private static VerifiedConfig config(String path, Bytes content, TargetsMetadata targets) {
        TargetEntry entry = Optional.ofNullable(targets.targets().get(path))
                .orElseThrow(() -> new RefusedException(new Refusal.NotInTargets(path)));
        entry.check(content);
        return VerifiedConfig.of(ConfigPath.parse(path), entry.configVersion(), content, entry);
    }
}
