// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Where a configuration stands: {@code datadog/<org>/<PRODUCT>/<id>/<name>} or {@code employee/<PRODUCT>/<id>/<name>}.
 * This is the only grammar of products, ids and paths: server, commands, client and event topics all use it.
 * A product has letters, digits, {@code _} and {@code -}, because it is part of an event topic. No other segment is empty, has a slash or a
 * control character, or is {@code .} or {@code ..}, because paths name files. The organisation is a decimal number up to 2^63 - 1.
 *
 * @param text the whole path
 * @param org organisation; absent for {@code employee}
 * @param product product name, 1 to {@value #PRODUCT_LENGTH} characters
 * @param id configuration id, 1 to {@value #ID_LENGTH} characters
 * @param name file name, 1 to {@value #ID_LENGTH} characters; need not be {@code config}
 */
public record ConfigPath(String text, OptionalLong org, String product, String id, String name) {

    /** Most characters of a product. */
    public static final int PRODUCT_LENGTH = 100;

    /** Most characters of an id, and of a file name. */
    public static final int ID_LENGTH = 255;

    private static final int ORG_SEGMENTS = 5;
    private static final int EMPLOYEE_SEGMENTS = 4;
    private static final Pattern PRODUCT = Pattern.compile("[A-Za-z0-9_-]{1," + PRODUCT_LENGTH + "}");

    /**
     * The path of a configuration without an organisation, {@code employee/<product>/<id>/config}.
     *
     * @throws IllegalArgumentException if product or id do not follow the grammar
     */
    public static ConfigPath of(String product, String id) {
        checkProduct(product);
        return find("employee/" + product + "/" + id + "/config")
                .orElseThrow(() -> new IllegalArgumentException("Id '" + shortened(id)
                        + "' is not valid: it must have 1 to " + ID_LENGTH
                        + " characters, not be '.' or '..', and not contain '/' or control characters"));
    }

    /**
     * Checks a product's name.
     *
     * @return the same name
     * @throws IllegalArgumentException if it does not follow the grammar
     */
    public static String checkProduct(String product) {
        if (!PRODUCT.matcher(product).matches()) {
            throw new IllegalArgumentException("Product '" + shortened(product)
                    + "' is not valid: use letters, digits, '_' and '-' only, at most " + PRODUCT_LENGTH);
        }
        return product;
    }

    private static String shortened(String text) {
        return text.length() > ID_LENGTH ? text.substring(0, ID_LENGTH) + "\u2026" : text;
    }

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
            return checked(new ConfigPath(text, OptionalLong.empty(), parts[1], parts[2], parts[3]));
        }
        if (parts[0].equals("datadog") && parts.length == ORG_SEGMENTS) {
            return checked(new ConfigPath(text, OptionalLong.of(org(text, parts[1])), parts[2], parts[3], parts[4]));
        }
        throw refused(text, parts.length + " segments beginning with " + parts[0]);
    }

    private static ConfigPath checked(ConfigPath path) {
        if (!PRODUCT.matcher(path.product()).matches()) {
            throw refused(path.text(), "the product is not 1 to " + PRODUCT_LENGTH + " letters, digits, '_' and '-'");
        }
        if (path.id().length() > ID_LENGTH || path.name().length() > ID_LENGTH) {
            throw refused(path.text(), "a segment is longer than " + ID_LENGTH + " characters");
        }
        return path;
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
