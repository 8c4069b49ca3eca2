// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.http.internal;

import io.karst.http.internal.Login.Account;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Decides about requests. A login is remembered for a minute by a keyed hash of its header, because each login costs milliseconds and
 * lines in Karaf's audit log. Of requests that bring the same credentials at the same time, one logs in, and the others wait for its
 * result. Thread-safe.
 */
final class AccessControl {
    private static final Set<String> METHODS = Set.of("GET", "HEAD");
    private static final Set<String> ROLES = Set.of("viewer", "manager", "admin");
    private static final String SCHEME = "Basic ";
    private static final long REMEMBERED = Duration.ofMinutes(1).toNanos();
    private static final int MAX_LOGINS = 1024;
    private static final String MAC = "HmacSHA256";

    /**
     * What is known of a request.
     *
     * @param path path below the context, as it was sent
     * @param authorization header
     * @param address of the peer
     */
    record Request(String method, String path, Optional<String> authorization, String address) {}

    /** What to do with a request. */
    sealed interface Decision {
        /** Serve it; without a user if the path is open to everybody. */
        record Granted(Optional<String> user) implements Decision {}

        /** Another method than GET and HEAD. */
        record MethodNotAllowed() implements Decision {}

        /** There is no login, or it is wrong. */
        record LoginNeeded() implements Decision {}

        /** The user has none of the roles. */
        record Forbidden() implements Decision {}

        /** Too many logins failed. */
        record TooManyFailures(long retryAfterSeconds) implements Decision {}
    }

    /** A header's content. */
    @SuppressWarnings("ArrayRecordComponent") // cleared after use
    private record Credentials(String user, char[] password) {
        static Optional<Credentials> of(String header) {
            if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
                return Optional.empty();
            }
            try {
                byte[] bytes = Base64.getDecoder()
                        .decode(header.substring(SCHEME.length()).strip());
                CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
                int colon = text.toString().indexOf(':');
                if (colon < 0) {
                    return Optional.empty();
                }
                char[] password = new char[text.length() - colon - 1];
                text.subSequence(colon + 1, text.length()).get(password);
                return Optional.of(new Credentials(text.subSequence(0, colon).toString(), password));
            } catch (IllegalArgumentException | CharacterCodingException e) {
                return Optional.empty(); // neither Base64 nor UTF-8: nobody's credentials
            }
        }
    }

    private record Remembered(long atNanos, CompletableFuture<Optional<Account>> account) {}

    private final Login login;
    private final LongSupplier nanoTime;
    private final FailureLimit failures;
    private final SecretKey key;
    private final Map<String, Remembered> logins = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Remembered> eldest) {
            return size() > MAX_LOGINS;
        }
    };

    AccessControl(Login login, LongSupplier nanoTime) {
        this.login = login;
        this.nanoTime = nanoTime;
        failures = new FailureLimit(nanoTime);
        try {
            key = KeyGenerator.getInstance(MAC).generateKey();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no " + MAC, e);
        }
    }

    /** Decides about one request; may wait for the realm. */
    Decision decide(Request request, HttpSettings.Limits limits) {
        if (!METHODS.contains(request.method())) {
            return new Decision.MethodNotAllowed();
        }
        if (limits.openPaths().contains(request.path())) {
            return new Decision.Granted(Optional.empty());
        }
        Optional<String> header = request.authorization();
        Optional<Credentials> credentials = header.flatMap(Credentials::of);
        if (credentials.isEmpty()) {
            return new Decision.LoginNeeded();
        }
        try {
            return decide(request.address(), hash(header.orElseThrow()), credentials.get(), limits);
        } finally {
            Arrays.fill(credentials.get().password(), '\0');
        }
    }

    private Decision decide(String address, String hash, Credentials credentials, HttpSettings.Limits limits) {
        CompletableFuture<Optional<Account>> own = new CompletableFuture<>();
        CompletableFuture<Optional<Account>> account;
        synchronized (logins) {
            account = remembered(hash);
            if (account == null) {
                OptionalLong wait = failures.begin(address, limits.failuresPerMinute());
                if (wait.isPresent()) {
                    return new Decision.TooManyFailures(wait.getAsLong());
                }
                logins.remove(hash);
                logins.put(hash, new Remembered(nanoTime.getAsLong(), own));
            }
        }
        if (account == null) {
            account = own;
            logIn(address, hash, credentials, own);
        }
        return account.join().map(AccessControl::judge).orElseGet(Decision.LoginNeeded::new);
    }

    private @Nullable CompletableFuture<Optional<Account>> remembered(String hash) {
        Remembered found = logins.get(hash);
        return found == null || nanoTime.getAsLong() - found.atNanos() >= REMEMBERED ? null : found.account();
    }

    private void logIn(
            String address, String hash, Credentials credentials, CompletableFuture<Optional<Account>> result) {
        Optional<Account> account = Optional.empty();
        try {
            account = login.check(credentials.user(), credentials.password());
        } finally {
            if (account.isPresent()) {
                failures.succeeded(address);
            } else {
                forget(hash, result);
            }
            result.complete(account);
        }
    }

    private void forget(String hash, CompletableFuture<Optional<Account>> failed) {
        synchronized (logins) {
            Remembered found = logins.get(hash);
            if (found != null && found.account() == failed) {
                logins.remove(hash);
            }
        }
    }

    private static Decision judge(Account account) {
        return account.roles().stream().anyMatch(ROLES::contains)
                ? new Decision.Granted(Optional.of(account.name()))
                : new Decision.Forbidden();
    }

    private String hash(String header) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(header.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + MAC, e);
        }
    }
}
