// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.spec.KeySpec;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A stored key behind a passphrase: PBKDF2 with HMAC-SHA256 (RFC 8018) makes the key of AES-256-GCM (NIST SP 800-38D).
 *
 * @param iterations of PBKDF2
 * @param salt of PBKDF2
 * @param nonce of GCM, 12 bytes
 * @param sealed the stored form of the key, encrypted, with GCM's tag
 * @param publicKey in clear
 */
record EncryptedKey(int iterations, Bytes salt, Bytes nonce, Bytes sealed, Bytes publicKey) {

    private static final String FORMAT = "karst-encrypted-signing-key";
    private static final int VERSION = 1;

    /** As OWASP advises for PBKDF2 with HMAC-SHA256. */
    private static final int ITERATIONS = 600_000;

    private static final int MAX_ITERATIONS = 10_000_000;
    private static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int KEY_BITS = 256;

    static EncryptedKey seal(Bytes stored, Bytes publicKey, String passphrase, SecureRandom random) {
        Bytes salt = random(random, SALT_BYTES);
        Bytes nonce = random(random, NONCE_BYTES);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, passphrase, ITERATIONS, salt, nonce);
            return new EncryptedKey(ITERATIONS, salt, nonce, Bytes.of(cipher.doFinal(stored.toArray())), publicKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK cannot encrypt a key", e);
        }
    }

    private static Bytes random(SecureRandom random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return Bytes.of(bytes);
    }

    private static Cipher cipher(int mode, String passphrase, int iterations, Bytes salt, Bytes nonce)
            throws GeneralSecurityException {
        KeySpec spec = new PBEKeySpec(passphrase.toCharArray(), salt.toArray(), iterations, KEY_BITS);
        byte[] key = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(spec)
                .getEncoded();
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce.toArray()));
        return cipher;
    }

    /** Throws {@link IllegalArgumentException} if the passphrase is another one, or something was changed. */
    Bytes open(String passphrase) {
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, passphrase, iterations, salt, nonce);
            return Bytes.of(cipher.doFinal(sealed.toArray()));
        } catch (AEADBadTagException e) {
            throw new IllegalArgumentException("the passphrase does not open the key", e);
        } catch (GeneralSecurityException e) {
            throw new RefusedException(new Refusal.DamagedState("this is no encrypted key"));
        }
    }

    /** Whether stored bytes begin as this form does. */
    static boolean isOne(Bytes stored) {
        byte[] name = FORMAT.getBytes(StandardCharsets.UTF_8);
        ByteBuffer in = stored.toBuffer();
        return in.remaining() > Long.BYTES + name.length
                && in.getLong() == name.length
                && in.slice(Long.BYTES, name.length).equals(ByteBuffer.wrap(name));
    }

    static EncryptedKey read(Bytes stored) {
        Bytes.Reader in = Bytes.Reader.open(stored, FORMAT, VERSION);
        long iterations = in.number();
        if (iterations < 1 || iterations > MAX_ITERATIONS) {
            throw new RefusedException(new Refusal.DamagedState(iterations + " iterations"));
        }
        EncryptedKey key = new EncryptedKey((int) iterations, in.bytes(), in.bytes(), in.bytes(), in.bytes());
        in.end();
        return key;
    }

    Bytes toBytes() {
        Bytes.Writer out = new Bytes.Writer(FORMAT, VERSION);
        out.number(iterations);
        out.bytes(salt);
        out.bytes(nonce);
        out.bytes(sealed);
        out.bytes(publicKey);
        return out.finish();
    }
}
