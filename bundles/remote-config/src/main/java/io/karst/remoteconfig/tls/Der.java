// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tls;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.Arrays;

/** The few pieces of DER (X.690) that a certificate and a key's wrapper are made of. */
final class Der {

    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int OID = 0x06;
    static final int UTF8_STRING = 0x0c;
    static final int GENERALIZED_TIME = 0x18;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;

    private static final int LONG_FORM = 0x80;

    private Der() {}

    /** An element with content that is made of the given parts. */
    static byte[] element(int tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < LONG_FORM) {
            out.write(length);
        } else {
            int octets = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
            out.write(LONG_FORM | octets);
            for (int i = octets - 1; i >= 0; i--) {
                out.write(length >>> (8 * i));
            }
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] sequence(byte[]... parts) {
        return element(SEQUENCE, parts);
    }

    static byte[] text(int tag, String text) {
        return element(tag, text.getBytes(StandardCharsets.UTF_8));
    }

    /** An object identifier from its dotted form. */
    static byte[] oid(String dotted) {
        String[] arcs = dotted.split("\\.", -1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
        for (int i = 2; i < arcs.length; i++) {
            int arc = Integer.parseInt(arcs[i]);
            for (int shift = 28; shift >= 0; shift -= 7) {
                if (arc >>> shift != 0 || shift == 0) {
                    out.write((arc >>> shift & 0x7f) | (shift == 0 ? 0 : LONG_FORM));
                }
            }
        }
        return element(OID, out.toByteArray());
    }

    /**
     * The first direct child with a tag.
     *
     * @param element a constructed element
     * @param tag what to look for
     * @return the child's content; empty if there is none
     * @throws CertificateException if this is not DER
     */
    static byte[] child(byte[] element, int tag) throws CertificateException {
        int at = contentStart(element, 0);
        int end = at + length(element, 0);
        while (at < end) {
            int start = contentStart(element, at);
            int length = length(element, at);
            if ((element[at] & 0xff) == tag) {
                return Arrays.copyOfRange(element, start, start + length);
            }
            at = start + length;
        }
        return new byte[0];
    }

    private static int contentStart(byte[] der, int at) throws CertificateException {
        if (at + 2 > der.length) {
            throw new CertificateException("DER ends at byte " + at + " of " + der.length);
        }
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < LONG_FORM ? 0 : first - LONG_FORM);
    }

    private static int length(byte[] der, int at) throws CertificateException {
        int start = contentStart(der, at);
        int first = der[at + 1] & 0xff;
        int length = 0;
        if (first < LONG_FORM) {
            length = first;
        } else if (first > LONG_FORM + 3 || start > der.length) {
            throw new CertificateException("DER length at byte " + at + " is not supported");
        } else {
            for (int i = at + 2; i < start; i++) {
                length = (length << 8) | (der[i] & 0xff);
            }
        }
        if (length > der.length - start) {
            throw new CertificateException("DER element at byte " + at + " is longer than its container");
        }
        return length;
    }
}
