// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.CanonicalJson;
import io.karst.remoteconfig.format.JsonParser;
import io.karst.remoteconfig.format.JsonValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Metadata with its signatures, parsed but not verified.
 *
 * @param role what it is meant to be
 * @param raw the bytes as they came
 * @param signed the part that is signed
 * @param signatures by distinct key ids
 * @param version from 1
 * @param expires when it expires
 */
record SignedMetadata(
        String role, Bytes raw, Fields signed, List<Signature> signatures, long version, Instant expires) {

    /** One signature, as declared. */
    record Signature(String keyId, String hex) {

        Optional<Bytes> raw() {
            try {
                return Optional.of(Bytes.hex(hex));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }

    /**
     * Parses metadata.
     *
     * @param role its name for refusals
     * @param type expected {@code _type}, compared without case
     */
    static SignedMetadata parse(String role, String type, Bytes raw, int limit) {
        Fields envelope = Fields.of(role, JsonParser.parse(role, raw, limit), "the document");
        List<Signature> signatures = new ArrayList<>();
        Set<String> signers = new HashSet<>();
        for (JsonValue element : envelope.array("signatures")) {
            Fields signature = Fields.of(role, element, "a signature");
            String keyId = signature.string("keyid");
            if (!signers.add(keyId)) {
                throw new RefusedException(new Refusal.DuplicateSignature(role, keyId));
            }
            signatures.add(new Signature(keyId, signature.string("sig")));
        }
        Fields signed = envelope.object("signed");
        String found = signed.string("_type");
        if (!found.equalsIgnoreCase(type)) {
            throw new RefusedException(new Refusal.WrongRole(role, found));
        }
        signed.optionalString("spec_version").ifPresent(version -> checkSpecification(signed, version));
        return new SignedMetadata(
                role, raw, signed, List.copyOf(signatures), signed.integer("version", 1), signed.time("expires"));
    }

    private static void checkSpecification(Fields signed, String version) {
        if (!version.equals("1") && !version.startsWith("1.")) {
            throw signed.malformed("spec_version " + version + " is not of major version 1");
        }
    }

    /** The bytes that are signed. Made when they are needed: metadata that is only read again needs none. */
    Bytes canonical() {
        return CanonicalJson.of(signed.json());
    }

    /** Expiry is inclusive: at the second it names, it has expired. */
    void checkExpiry(Instant now) {
        if (!now.isBefore(expires)) {
            throw new RefusedException(new Refusal.Expired(role, expires));
        }
    }
}
