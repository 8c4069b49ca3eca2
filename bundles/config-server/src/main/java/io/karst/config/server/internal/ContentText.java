// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.Bytes;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Content of a configuration as text, if it is. */
final class ContentText {

    private ContentText() {}

    static Optional<String> of(Bytes content) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(content.toBuffer())
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /**
     * Its lines, with spaces for tabs, which a terminal obeys.
     *
     * @param name for the message
     * @throws IllegalArgumentException if it is not UTF-8
     */
    static List<String> lines(Bytes content, String name) {
        return of(content)
                .orElseThrow(() -> new IllegalArgumentException(
                        name + " is not UTF-8 text. karst:config-show --json has it in Base64"))
                .replace("\t", "    ")
                .lines()
                .toList();
    }
}
