// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.tuf.RootMetadata.Role;
import io.karst.remoteconfig.tuf.SignedMetadata.Fields;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A role that may speak for some of the paths of the role above it.
 *
 * @param role who signs
 * @param terminating whether the search ends here for paths that match
 * @param patterns path patterns; absent if hash prefixes are used
 * @param hashPrefixes beginnings of the hexadecimal SHA-256 of paths; absent if patterns are used
 */
record Delegation(
        Role role, boolean terminating, Optional<List<String>> patterns, Optional<List<String>> hashPrefixes) {

    static Delegation parse(String within, Fields fields, Map<String, TufKey> keys) {
        String name = fields.string("name");
        if (RootMetadata.isTopLevel(name)) {
            throw Fields.malformed(within, "a delegated role is called " + name);
        }
        Optional<List<String>> patterns = fields.find("paths").map(value -> fields.strings("paths"));
        Optional<List<String>> prefixes =
                fields.find("path_hash_prefixes").map(value -> fields.strings("path_hash_prefixes"));
        if (patterns.isPresent() == prefixes.isPresent()) {
            throw Fields.malformed(within, "delegated role " + name + " needs either paths or path_hash_prefixes");
        }
        return new Delegation(
                Role.parse(within, name, fields, keys), fields.bool("terminating", false), patterns, prefixes);
    }

    boolean covers(String path) {
        if (patterns.isPresent()) {
            return patterns.get().stream().anyMatch(pattern -> matches(pattern, path));
        }
        String digest = Bytes.utf8(path).digest("SHA-256").toHex();
        return hashPrefixes.orElse(List.of()).stream().anyMatch(digest::startsWith);
    }

    /** Segment by segment: a wildcard never matches a slash. */
    static boolean matches(String pattern, String path) {
        String[] patterns = pattern.split("/", -1);
        String[] segments = path.split("/", -1);
        if (patterns.length != segments.length) {
            return false;
        }
        for (int i = 0; i < segments.length; i++) {
            if (!matchesSegment(patterns[i], segments[i])) {
                return false;
            }
        }
        return true;
    }

    /** {@code *} is any characters, {@code ?} is one; linear in the product of both lengths. */
    private static boolean matchesSegment(String pattern, String segment) {
        int p = 0;
        int s = 0;
        int star = -1;
        int resume = 0;
        while (s < segment.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = s;
            } else if (p < pattern.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == segment.charAt(s))) {
                p++;
                s++;
            } else if (star >= 0) {
                p = star + 1;
                s = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
