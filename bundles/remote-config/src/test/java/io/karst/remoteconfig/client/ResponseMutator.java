// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.ConfigStatus;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.TargetFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Breaks responses, the same way for the same seed. */
final class ResponseMutator {

    private static final byte[][] WORDS = {
        "\"version\":".getBytes(StandardCharsets.US_ASCII),
        "{\"keyid\":\"\",\"sig\":\"\"},".getBytes(StandardCharsets.US_ASCII),
        "99999999999999999999".getBytes(StandardCharsets.US_ASCII),
        "\\ud800".getBytes(StandardCharsets.US_ASCII),
        "[[[[[[[[".getBytes(StandardCharsets.US_ASCII),
        "null".getBytes(StandardCharsets.US_ASCII),
        {(byte) 0xc0, (byte) 0x80},
        {0},
    };
    private static final String STRUCTURE = "{}[]:,\"\\";
    private static final List<String> PATHS =
            List.of("", "/", "..", "datadog/2/A/b/c", "employee/A/b/c", "datadog/99999999999999999999/A/b/c", "\ud800");

    private final Random random;

    ResponseMutator(long seed) {
        random = new Random(seed);
    }

    ConfigResponse mutate(ConfigResponse good) {
        List<Bytes> roots = new ArrayList<>(good.roots());
        Bytes targets = good.targets();
        List<TargetFile> files = new ArrayList<>(good.targetFiles());
        List<String> configs = new ArrayList<>(good.clientConfigs());
        switch (random.nextInt(200)) {
            case 0 -> roots.replaceAll(this::mutate);
            case 1 -> Collections.shuffle(roots, random);
            case 2 -> files.replaceAll(file -> new TargetFile(file.path(), mutate(file.raw())));
            case 3 -> configs.set(random.nextInt(configs.size()), PATHS.get(random.nextInt(PATHS.size())));
            case 4 ->
                files.set(
                        random.nextInt(files.size()),
                        new TargetFile(
                                PATHS.get(random.nextInt(PATHS.size())),
                                files.get(0).raw()));
            default -> targets = mutate(targets);
        }
        return new ConfigResponse(roots, targets, files, configs, ConfigStatus.OK);
    }

    /** Mostly what a parser has to catch; the rest reaches the signatures, which take a hundred times as long to check. */
    private Bytes mutate(Bytes bytes) {
        if (random.nextInt(50) == 0) {
            return scramble(bytes);
        }
        Bytes broken = bytes;
        for (int times = 1 + random.nextInt(4); times > 0; times--) {
            broken = breakStructure(broken);
        }
        return broken;
    }

    private Bytes breakStructure(Bytes bytes) {
        byte[] raw = bytes.toArray();
        if (raw.length == 0) {
            return bytes;
        }
        int at = random.nextInt(raw.length);
        for (int tried = 0; tried < raw.length && STRUCTURE.indexOf(raw[at]) < 0; tried++) {
            at = (at + 1) % raw.length;
        }
        byte[] other = {(byte) STRUCTURE.charAt(random.nextInt(STRUCTURE.length()))};
        return Bytes.of(
                switch (random.nextInt(4)) {
                    case 0 -> splice(raw, at, 1, new byte[0]);
                    case 1 -> splice(raw, at, 1, other);
                    case 2 -> splice(raw, at, 0, other);
                    default -> Arrays.copyOf(raw, at);
                });
    }

    private Bytes scramble(Bytes bytes) {
        byte[] raw = bytes.toArray();
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            int at = random.nextInt(raw.length + 1);
            int length = Math.min(random.nextInt(16), raw.length - at);
            switch (random.nextInt(5)) {
                case 0 -> raw = splice(raw, at, length, new byte[0]);
                case 1 -> raw = splice(raw, at, 0, WORDS[random.nextInt(WORDS.length)]);
                case 2 -> raw = splice(raw, at, 0, Arrays.copyOfRange(raw, at, at + length));
                case 3 -> raw = Arrays.copyOf(raw, at);
                default -> {
                    if (at < raw.length) {
                        raw[at] ^= (byte) (1 << random.nextInt(8));
                    }
                }
            }
        }
        return Bytes.of(raw);
    }

    private static byte[] splice(byte[] raw, int at, int gone, byte[] inserted) {
        byte[] next = new byte[raw.length - gone + inserted.length];
        System.arraycopy(raw, 0, next, 0, at);
        System.arraycopy(inserted, 0, next, at, inserted.length);
        System.arraycopy(raw, at + gone, next, at + inserted.length, raw.length - at - gone);
        return next;
    }
}
