// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;

/** RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes; at least 2048 bits. */
final class RsaPssKey implements VerificationKey {

    private static final int LEAST_BITS = 2048;
    private static final int MOST_BITS = 8192;
    private static final int SALT = 32;

    private final RSAPublicKey key;

    private RsaPssKey(RSAPublicKey key) {
        this.key = key;
    }

    static RsaPssKey of(String pem) throws GeneralSecurityException {
        X509EncodedKeySpec spki = new X509EncodedKeySpec(Pem.decode(pem));
        RSAPublicKey key = (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spki);
        int bits = key.getModulus().bitLength();
        if (bits < LEAST_BITS || bits > MOST_BITS) {
            throw new InvalidKeySpecException("an RSA key of " + bits + " bits");
        }
        return new RsaPssKey(key);
    }

    @Override
    public boolean verifies(Bytes message, Bytes signature) {
        try {
            Signature verifier = Signature.getInstance("RSASSA-PSS");
            verifier.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, SALT, 1));
            verifier.initVerify(key);
            verifier.update(message.toArray());
            return verifier.verify(signature.toArray());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public Bytes encoded() {
        return Bytes.of(key.getEncoded());
    }
}
