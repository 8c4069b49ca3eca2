// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import io.karst.component.SafeText;
import java.time.Instant;

/**
 * Why something from outside was refused: one case for each attack or fault, with its numbers. A refusal leaves everything as it
 * was.
 */
public sealed interface Refusal {

    /** Most characters of a message: what is quoted in it was sent by others. */
    int MESSAGE_LENGTH = 500;

    /**
     * One line for logs and for the server: the case's name, its numbers and what to do, without control characters and cut off
     * after {@link #MESSAGE_LENGTH}.
     */
    default String message() {
        String all = this + remedy();
        String cut = all.length() > MESSAGE_LENGTH ? all.substring(0, MESSAGE_LENGTH - 1) + "\u2026" : all;
        return SafeText.of(cut);
    }

    /** What an operator does about it, behind the case and its numbers; empty if it says itself. */
    default String remedy() {
        return "";
    }

    /**
     * Something is above its limit; it was not parsed.
     *
     * @param what which part
     * @param size what it has
     * @param limit what it may have
     */
    record TooLarge(String what, long size, long limit) implements Refusal {}

    /**
     * JSON is nested too deep.
     *
     * @param what which document
     * @param limit most levels
     */
    record TooDeep(String what, int limit) implements Refusal {}

    /**
     * This is not JSON.
     *
     * @param what which document
     * @param offset characters before the fault
     * @param reason what is wrong
     */
    record MalformedJson(String what, int offset, String reason) implements Refusal {}

    /** A JSON object has a key twice, so readers could disagree about it. */
    record DuplicateJsonKey(String what, String key) implements Refusal {}

    /**
     * A number has a fraction or an exponent, which canonical JSON does not have.
     *
     * @param what which document
     * @param number as written
     */
    record FloatingPointNumber(String what, String number) implements Refusal {}

    /**
     * Text is not UTF-8, or has half a surrogate pair.
     *
     * @param what which document
     * @param offset bytes or characters before the fault
     */
    record InvalidUtf8(String what, int offset) implements Refusal {}

    /**
     * Metadata lacks a field or has a wrong one.
     *
     * @param role which metadata
     * @param reason the field and what is wrong with it
     */
    record MalformedMetadata(String role, String reason) implements Refusal {}

    /**
     * Metadata is of another role than the one expected.
     *
     * @param role expected
     * @param found its {@code _type}
     */
    record WrongRole(String role, String found) implements Refusal {}

    /**
     * A role asks for fewer than one signature.
     *
     * @param role which role
     * @param threshold what it asks for
     */
    record IllegalThreshold(String role, long threshold) implements Refusal {}

    /**
     * Too few distinct keys signed.
     *
     * @param role which metadata
     * @param have good signatures by distinct keys of the role
     * @param need the threshold
     */
    record ThresholdNotMet(String role, int have, int need) implements Refusal {

        @Override
        public String remedy() {
            return ": not signed by the keys that the client trusts. If the server got other keys on purpose, give the client the"
                    + " new root and reset its trust with karst:config-trust";
        }
    }

    /**
     * A key id is not the digest of its key.
     *
     * @param declared as written
     * @param computed SHA-256 of the canonical key
     */
    record KeyIdMismatch(String declared, String computed) implements Refusal {}

    /** One key id signed twice. */
    record DuplicateSignature(String role, String keyId) implements Refusal {}

    /**
     * A root in between is missing.
     *
     * @param held version of the trusted root
     * @param offered the version that does not follow it
     */
    record RootSkipped(long held, long offered) implements Refusal {}

    /**
     * A root older than the trusted one was offered as the next.
     *
     * @param held version of the trusted root
     * @param offered its version
     */
    record RootRolledBack(long held, long offered) implements Refusal {}

    /**
     * There are more new roots than one update may bring.
     *
     * @param limit most rotations
     */
    record TooManyRotations(int limit) implements Refusal {}

    /**
     * Targets are older than the trusted ones, and their keys have not been rotated since.
     *
     * @param held version of the trusted targets
     * @param offered version offered
     */
    record TargetsRolledBack(long held, long offered) implements Refusal {

        @Override
        public String remedy() {
            return ": the server offers an older list than the client holds. If the server was restored from a backup, publish"
                    + " again; if it is another one on purpose, reset the client's trust with karst:config-trust";
        }
    }

    /**
     * Metadata other than root and top-level targets is older than the trusted one.
     *
     * @param role which metadata
     * @param held trusted version
     * @param offered version offered
     */
    record RolledBack(String role, long held, long offered) implements Refusal {}

    /** A role that the trusted snapshot lists is gone from the new one. */
    record RoleRemoved(String role) implements Refusal {}

    /** A role is delegated to, but the snapshot does not list it. */
    record NotInSnapshot(String role) implements Refusal {}

    /**
     * Metadata has another version than the metadata above it says.
     *
     * @param role which metadata
     * @param expected version by the metadata above
     * @param found its own version
     */
    record VersionMismatch(String role, long expected, long found) implements Refusal {}

    /**
     * Metadata has expired.
     *
     * @param role which metadata
     * @param at when it expired
     */
    record Expired(String role, Instant at) implements Refusal {}

    /**
     * The server says that its own repository has expired.
     *
     * @param targetsVersion version of the targets that stay in force; 0 for none
     */
    record RepositoryExpired(long targetsVersion) implements Refusal {}

    /** Configurations or files came without the targets that would vouch for them. */
    record MissingTargets() implements Refusal {}

    /** A path does not follow the grammar. */
    record MalformedPath(String path, String reason) implements Refusal {}

    /** A configuration is for a product that this client does not accept. */
    record UnknownProduct(String path, String product) implements Refusal {}

    /** The signed targets do not have a configuration. */
    record NotInTargets(String path) implements Refusal {}

    /** The server did not send a file that is neither held. */
    record MissingTargetFile(String path) implements Refusal {}

    /** The server sent one path twice. */
    record DuplicateTargetFile(String path) implements Refusal {}

    /** A target has no usable {@code custom.v}. */
    record MissingConfigVersion(String path) implements Refusal {}

    /**
     * A file has another length than signed.
     *
     * @param path the path
     * @param expected signed length in bytes
     * @param found bytes
     */
    record LengthMismatch(String path, long expected, long found) implements Refusal {}

    /**
     * A file has another digest than signed.
     *
     * @param path the path
     * @param algorithm of the digest
     */
    record HashMismatch(String path, String algorithm) implements Refusal {}

    /** A digest's algorithm is not known, so the file cannot be vouched for. */
    record UnknownHashAlgorithm(String path, String algorithm) implements Refusal {}

    /** A target lists no digest. */
    record MissingHash(String path) implements Refusal {}

    /**
     * Signed for another organisation: one trust may sign for several.
     *
     * @param expected the organisation held, or set by the operator
     * @param found the one that the targets name; empty if they name none
     */
    record WrongOrganisation(String expected, String found) implements Refusal {}

    /**
     * A configuration's path belongs to another organisation.
     *
     * @param path the path
     * @param expected the organisation set by the operator
     */
    record ForeignPath(String path, long expected) implements Refusal {}

    /**
     * Something that has to be there could not be fetched.
     *
     * @param url what was asked for
     * @param reason what came
     */
    record FetchFailed(String url, String reason) implements Refusal {}

    /** Stored state is damaged or of an unknown format. */
    record DamagedState(String reason) implements Refusal {}
}
