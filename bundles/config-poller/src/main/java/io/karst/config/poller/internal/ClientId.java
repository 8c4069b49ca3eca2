// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.component.AtomicFile;
import io.karst.component.SafeText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This client's id at the server. It is made once and kept, so that a restart is not another client. */
final class ClientId {

    private static final Logger LOG = LoggerFactory.getLogger(ClientId.class);

    private static final int LENGTH = 21;
    private static final String LETTERS = "_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{" + LENGTH + "}");

    private ClientId() {}

    /** The id in a file. A new one if there is none; it counts until the next start if it cannot be kept. */
    static String in(AtomicFile file) {
        try {
            Optional<String> kept = file.read(LENGTH + 1)
                    .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip())
                    .filter(id -> ID.matcher(id).matches());
            if (kept.isPresent()) {
                return kept.get();
            }
        } catch (IOException e) {
            LOG.warn("the id of this client is not known, it gets another one: {}", SafeText.of(e.getMessage()));
        }
        String id = random();
        try {
            file.write(StandardCharsets.UTF_8.encode(id + "\n"));
        } catch (IOException e) {
            LOG.warn("the id of this client will be another one after the next start: {}", SafeText.of(e.getMessage()));
        }
        return id;
    }

    private static String random() {
        SecureRandom random = new SecureRandom();
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return id.toString();
    }
}
