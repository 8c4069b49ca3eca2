// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where a configuration stands: {@code datadog/<org>/<PRODUCT>/<id>/<name>} or {@code employee/<PRODUCT>/<id>/<name>}.
 * No segment is empty, has a slash or a control character, or is {@code .} or {@code ..}: paths name files and topics later on. The organisation is a decimal number up to 2^63 - 1.
 *
 * @param text the whole path
 * @param org organisation; absent for {@code employee}
 * @param product product name
 * @param id configuration id
 * @param name file name; need not be {@code config}
 */
public record ConfigPath(String text, OptionalLong org, String product, String id, String name) {

    private static final int ORG_SEGMENTS = 5;
    private static final int EMPLOYEE_SEGMENTS = 4;

    /**
     * Reads a path.
     *
     * @throws RefusedException with {@link Refusal.MalformedPath} if it does not follow the grammar
     */
    public static ConfigPath parse(String text) {
        String[] parts = text.split("/", -1);
        for (String part : parts) {
            checkSegment(text, part);
        }
        if (parts[0].equals("employee") && parts.length == EMPLOYEE_SEGMENTS) {
            return new ConfigPath(text, OptionalLong.empty(), parts[1], parts[2], parts[3]);
        }
        if (parts[0].equals("datadog") && parts.length == ORG_SEGMENTS) {
            return new ConfigPath(text, OptionalLong.of(org(text, parts[1])), parts[2], parts[3], parts[4]);
        }
        throw refused(text, parts.length + " segments beginning with " + parts[0]);
    }

    private static void checkSegment(String text, String segment) {
        if (segment.isEmpty()) {
            throw refused(text, "a segment is empty");
        }
        if (segment.equals(".") || segment.equals("..")) {
            throw refused(text, "a segment is " + segment);
        }
        if (segment.chars().anyMatch(Character::isISOControl)) {
            throw refused(text, "a segment has a control character");
        }
    }

    /**
     * Reads a path that may be wrong.
     *
     * @return its parts, if it follows the grammar
     */
    public static Optional<ConfigPath> find(String text) {
        try {
            return Optional.of(parse(text));
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    private static long org(String text, String digits) {
        if (!digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw refused(text, "the organisation is no decimal number");
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw refused(text, "the organisation is above 2^63 - 1");
        }
    }

    private static RefusedException refused(String text, String reason) {
        return new RefusedException(new Refusal.MalformedPath(text, reason));
    }

    @Override
    public String toString() {
        return text;
    }
}
