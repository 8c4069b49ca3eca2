// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.JsonValue;
import io.karst.remoteconfig.format.JsonValue.JsonArray;
import io.karst.remoteconfig.format.JsonValue.JsonObject;
import io.karst.remoteconfig.format.JsonValue.JsonString;
import io.karst.remoteconfig.tuf.TufKey;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An ed25519 key that can sign. Secret: its text form shows the key id only. */
public final class SigningKey {

    private static final String ALGORITHM = "Ed25519";
    private static final String NAME = "ed25519";
    private static final String FORMAT = "karst-signing-key";
    private static final int VERSION = 1;
    private static final int PUBLIC_BYTES = 32;

    private final PrivateKey secret;
    private final JsonObject description;
    private final Bytes publicKey;
    private final String keyId;

    private SigningKey(PrivateKey secret, Bytes publicKey) {
        this.secret = secret;
        this.publicKey = publicKey;
        this.description = describe(publicKey);
        this.keyId = description.canonical().digest("SHA-256").toHex();
    }

    private static JsonObject describe(Bytes publicKey) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("keytype", new JsonString(NAME));
        members.put("scheme", new JsonString(NAME));
        members.put(
                "keyid_hash_algorithms", new JsonArray(List.of(new JsonString("sha256"), new JsonString("sha512"))));
        members.put("keyval", new JsonObject(Map.of("public", new JsonString(publicKey.toHex()))));
        return new JsonObject(members);
    }

    /** Makes a new key. */
    public static SigningKey generate(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
            generator.initialize(NamedParameterSpec.ED25519, random);
            KeyPair pair = generator.generateKeyPair();
            byte[] spki = pair.getPublic().getEncoded();
            Bytes publicKey = Bytes.of(java.util.Arrays.copyOfRange(spki, spki.length - PUBLIC_BYTES, spki.length));
            return new SigningKey(pair.getPrivate(), publicKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + ALGORITHM, e);
        }
    }

    /**
     * Reads a key.
     *
     * @param stored what {@link #toBytes} gave
     * @throws RefusedException if this is no key, or its halves do not belong together
     */
    public static SigningKey fromBytes(Bytes stored) {
        Bytes.Reader in = Bytes.Reader.open(stored, FORMAT, VERSION);
        Bytes pkcs8 = in.bytes();
        Bytes publicKey = in.bytes();
        in.end();
        try {
            PrivateKey secret =
                    KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(pkcs8.toArray()));
            SigningKey key = new SigningKey(secret, publicKey);
            Bytes probe = Bytes.utf8(FORMAT);
            boolean belong = TufKey.verificationKey(NAME, NAME, publicKey.toHex())
                    .map(half -> half.verifies(probe, key.sign(probe)))
                    .orElse(false);
            if (!belong) {
                throw new RefusedException(new Refusal.DamagedState("the key's halves do not belong together"));
            }
            return key;
        } catch (GeneralSecurityException e) {
            throw new RefusedException(new Refusal.DamagedState("this is no " + ALGORITHM + " key"));
        }
    }

    /**
     * Reads a key that may be encrypted.
     *
     * @param stored what {@link #toBytes} or {@link #toEncryptedBytes} gave
     * @param passphrase for an encrypted key
     * @throws IllegalArgumentException if the key is encrypted and the passphrase is missing or another one
     * @throws RefusedException if this is no key, or its halves do not belong together
     */
    public static SigningKey fromBytes(Bytes stored, Optional<String> passphrase) {
        if (!EncryptedKey.isOne(stored)) {
            return fromBytes(stored);
        }
        return fromBytes(EncryptedKey.read(stored)
                .open(passphrase.orElseThrow(() -> new IllegalArgumentException("the key is encrypted"))));
    }

    /** The key id of a stored key, encrypted or not, as the file says; nothing proves it. */
    public static String storedKeyId(Bytes stored) {
        Bytes publicKey;
        if (EncryptedKey.isOne(stored)) {
            publicKey = EncryptedKey.read(stored).publicKey();
        } else {
            Bytes.Reader in = Bytes.Reader.open(stored, FORMAT, VERSION);
            in.bytes();
            publicKey = in.bytes();
        }
        return describe(publicKey).canonical().digest("SHA-256").toHex();
    }

    /** The form to store that needs a passphrase to be read; only the public half is readable without. */
    public Bytes toEncryptedBytes(String passphrase, SecureRandom random) {
        return EncryptedKey.seal(toBytes(), publicKey, passphrase, random).toBytes();
    }

    /** The form to store, in a file that nobody else may read: PKCS#8, with the public half. */
    public Bytes toBytes() {
        Bytes.Writer out = new Bytes.Writer(FORMAT, VERSION);
        out.bytes(Bytes.of(secret.getEncoded()));
        out.bytes(publicKey);
        return out.finish();
    }

    /** SHA-256 of the canonical public key, 64 hexadecimal digits. */
    public String keyId() {
        return keyId;
    }

    JsonObject description() {
        return description;
    }

    Bytes sign(Bytes message) {
        try {
            Signature signer = Signature.getInstance(ALGORITHM);
            signer.initSign(secret);
            signer.update(message.toArray());
            return Bytes.of(signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing with key " + keyId + " failed", e);
        }
    }

    @Override
    public String toString() {
        return "signing key " + keyId;
    }
}
