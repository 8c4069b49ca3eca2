// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may sign a metadata file.
 *
 * @param name of the role
 * @param keys by declared id; ids without a key are left out, their signatures never count
 * @param keyIds all declared ids
 * @param threshold how many of them have to sign, at least 1
 */
record Role(String name, Map<String, TufKey> keys, Set<String> keyIds, int threshold) {

    static Role parse(String within, String name, Fields fields, Map<String, TufKey> all) {
        List<String> ids = fields.strings("keyids");
        Set<String> distinct = new HashSet<>(ids);
        if (distinct.size() != ids.size()) {
            throw Fields.malformed(within, "role " + name + " lists a key id twice");
        }
        long threshold = fields.integer("threshold", Long.MIN_VALUE);
        if (threshold < 1 || threshold > Integer.MAX_VALUE) {
            throw new RefusedException(new Refusal.IllegalThreshold(name, threshold));
        }
        Map<String, TufKey> keys = new LinkedHashMap<>();
        for (String id : ids) {
            TufKey key = all.get(id);
            if (key != null) {
                keys.put(id, key);
            }
        }
        return new Role(name, Map.copyOf(keys), Set.copyOf(distinct), (int) threshold);
    }

    /**
     * Counts good signatures by distinct keys: unknown ids and bad signatures do not count, and do no harm.
     *
     * @throws RefusedException with {@link Refusal.ThresholdNotMet} if there are too few
     */
    void verify(SignedMetadata metadata) {
        Set<Bytes> signers = new HashSet<>();
        Bytes message = metadata.canonical();
        for (SignedMetadata.Signature signature : metadata.signatures()) {
            Optional<Bytes> raw = signature.raw();
            TufKey key = keys.get(signature.keyId());
            if (key != null && raw.isPresent()) {
                key.verificationKey()
                        .filter(usable -> usable.verifies(message, raw.get()))
                        .ifPresent(usable -> signers.add(usable.encoded()));
            }
        }
        if (signers.size() < threshold) {
            throw new RefusedException(new Refusal.ThresholdNotMet(name, signers.size(), threshold));
        }
    }

    /** Refuses the role if any of its keys is declared under an id that is not its digest. */
    void checkKeyIds() {
        keys.values().forEach(TufKey::checkId);
    }
}
