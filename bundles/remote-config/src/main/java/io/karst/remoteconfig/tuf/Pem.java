// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import java.util.Base64;

/** One PEM block with a public key. */
final class Pem {

    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
    private static final String END = "-----END PUBLIC KEY-----";

    private Pem() {}

    static boolean isPem(String text) {
        return text.startsWith(BEGIN);
    }

    /**
     * The block's content.
     *
     * @throws IllegalArgumentException if this is no such block, or not alone
     */
    static byte[] decode(String text) {
        String stripped = text.strip();
        if (!stripped.startsWith(BEGIN) || !stripped.endsWith(END)) {
            throw new IllegalArgumentException("no PEM public key");
        }
        String body = stripped.substring(BEGIN.length(), stripped.length() - END.length());
        return Base64.getDecoder().decode(body.replace("\n", "").replace("\r", ""));
    }
}
