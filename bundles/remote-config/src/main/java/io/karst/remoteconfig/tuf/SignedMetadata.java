// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.JsonParser;
import io.karst.remoteconfig.format.JsonValue;
import io.karst.remoteconfig.format.JsonValue.JsonArray;
import io.karst.remoteconfig.format.JsonValue.JsonBoolean;
import io.karst.remoteconfig.format.JsonValue.JsonInteger;
import io.karst.remoteconfig.format.JsonValue.JsonNull;
import io.karst.remoteconfig.format.JsonValue.JsonObject;
import io.karst.remoteconfig.format.JsonValue.JsonString;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
        return signed.json().canonical();
    }

    /** Expiry is inclusive: at the second it names, it has expired. */
    void checkExpiry(Instant now) {
        if (!now.isBefore(expires)) {
            throw new RefusedException(new Refusal.Expired(role, expires));
        }
    }

    /** Typed reading of a JSON object; every fault is a {@link Refusal.MalformedMetadata} of one role. */
    static final class Fields {

        private final String role;
        private final JsonObject object;

        Fields(String role, JsonObject object) {
            this.role = role;
            this.object = object;
        }

        static Fields of(String role, JsonValue value, String name) {
            if (value instanceof JsonObject object) {
                return new Fields(role, object);
            }
            throw malformed(role, name + " is no object");
        }

        static RefusedException malformed(String role, String reason) {
            return new RefusedException(new Refusal.MalformedMetadata(role, reason));
        }

        RefusedException malformed(String reason) {
            return malformed(role, reason);
        }

        JsonObject json() {
            return object;
        }

        /** A field; null is as good as none, since several signers write it for what is empty. */
        Optional<JsonValue> find(String name) {
            return Optional.ofNullable(object.members().get(name)).filter(value -> !(value instanceof JsonNull));
        }

        private JsonValue need(String name) {
            return find(name).orElseThrow(() -> malformed(name + " is missing"));
        }

        String string(String name) {
            return text(need(name), name);
        }

        Optional<String> optionalString(String name) {
            return find(name).map(value -> text(value, name));
        }

        String text(JsonValue value, String name) {
            if (value instanceof JsonString string) {
                return string.text();
            }
            throw malformed(name + " is no string");
        }

        /** A whole number of at least {@code least} that fits 63 bits. */
        long integer(String name, long least) {
            return number(need(name), name, least);
        }

        Optional<Long> optionalInteger(String name, long least) {
            return find(name).map(value -> number(value, name, least));
        }

        private long number(JsonValue value, String name, long least) {
            if (!(value instanceof JsonInteger integer)) {
                throw malformed(name + " is no whole number");
            }
            if (integer.number().bitLength() > Long.SIZE - 1 || integer.number().longValueExact() < least) {
                throw malformed(name + " is outside " + least + "..2^63-1");
            }
            return integer.number().longValueExact();
        }

        /** A whole number of any size; absent if there is none or it is no whole number. */
        Optional<BigInteger> anyInteger(String name) {
            return find(name).filter(JsonInteger.class::isInstance).map(value -> ((JsonInteger) value).number());
        }

        boolean bool(String name, boolean otherwise) {
            return find(name)
                    .map(value -> {
                        if (value instanceof JsonBoolean bool) {
                            return bool.value();
                        }
                        throw malformed(name + " is neither true nor false");
                    })
                    .orElse(otherwise);
        }

        Fields object(String name) {
            return of(role, need(name), name);
        }

        Optional<Fields> optionalObject(String name) {
            return find(name).map(value -> of(role, value, name));
        }

        Map<String, JsonValue> members() {
            return object.members();
        }

        List<JsonValue> array(String name) {
            if (need(name) instanceof JsonArray array) {
                return array.elements();
            }
            throw malformed(name + " is no array");
        }

        List<String> strings(String name) {
            List<String> texts = new ArrayList<>();
            for (JsonValue element : array(name)) {
                texts.add(text(element, name));
            }
            return texts;
        }

        Instant time(String name) {
            String text = string(name);
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeParseException e) {
                throw malformed(name + " is no time: " + text);
            }
        }
    }
}
