// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses of servers that are called over HTTP. */
public final class WebAddress {

    private static final int MOST_PORT = 65_535;
    private static final Pattern USER = Pattern.compile("//[^/\\s]*@");

    private WebAddress() {}

    /** Reads a URL that begins with https:// or http:// and a host without a user; empty if the text is none. */
    public static Optional<URI> of(String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean web = scheme.equals("https") || scheme.equals("http");
            return Optional.of(uri)
                    .filter(address -> web
                            && address.getHost() != null
                            && address.getUserInfo() == null
                            && address.getPort() <= MOST_PORT);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** A text without the users and passwords of the URLs in it. */
    public static String withoutUsers(String text) {
        return USER.matcher(text).replaceAll("//\u2026@");
    }

    /** Scheme, host and port, without what may be a credential. */
    public static String shown(URI address) {
        return address.getScheme() + "://" + address.getHost() + (address.getPort() < 0 ? "" : ":" + address.getPort());
    }
}
