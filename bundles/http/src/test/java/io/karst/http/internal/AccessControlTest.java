// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.http.internal.AccessControl.Decision;
import io.karst.http.internal.AccessControl.Request;
import io.karst.http.internal.HttpSettings.Limits;
import io.karst.http.internal.Login.Account;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessControlTest {
    private static final Limits LIMITS = new Limits(List.of("/health/live"), 3);
    private static final Decision ANYBODY = new Decision.Granted(Optional.empty());
    private static final Decision LOGIN = new Decision.LoginNeeded();

    private final List<String> logins = new ArrayList<>();
    private final AtomicLong seconds = new AtomicLong(1_000);
    private final AccessControl access = new AccessControl(this::logIn, () -> TimeUnit.SECONDS.toNanos(seconds.get()));

    /** Each user's password is the name backwards. */
    private Optional<Account> logIn(String user, char[] password) {
        logins.add(user);
        return new StringBuilder(user).reverse().toString().equals(new String(password))
                ? Optional.of(new Account(user, user.equals("guest") ? Set.of("ssh") : Set.of(user, "ssh")))
                : Optional.empty();
    }

    private static String basic(String credentials) {
        return basic(credentials, StandardCharsets.UTF_8);
    }

    private static String basic(String credentials, Charset charset) {
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(charset));
    }

    private Decision get(String path, String header) {
        return from("192.0.2.1", path, header);
    }

    private Decision from(String address, String path, String header) {
        return access.decide(
                new Request("GET", path, Optional.of(header).filter(text -> !text.isEmpty()), address), LIMITS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"viewer", "manager", "admin"})
    void eachRoleThatMayReadIsAdmitted(String role) {
        String password = new StringBuilder(role).reverse().toString();
        assertThat(get("/", basic(role + ":" + password))).isEqualTo(new Decision.Granted(Optional.of(role)));
    }

    @Test
    void aUserWithoutSuchARoleIsForbidden() {
        assertThat(get("/", basic("guest:tseug"))).isEqualTo(new Decision.Forbidden());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Basic",
                "Basic ",
                "Basic !!!",
                "Basic dmlld2Vy", // no colon
                "Bearer dmlld2VyOnJld2Vpdg==",
                "Basic //79OmE=" // not UTF-8
            })
    void whatHasNoCredentialsHasToLogInAndAsksNobody(String header) {
        assertThat(get("/", header)).isEqualTo(LOGIN);
        assertThat(logins).isEmpty();
    }

    @Test
    void wrongCredentialsHaveToLogIn() {
        assertThat(get("/", basic("viewer:wrong"))).isEqualTo(LOGIN);
        assertThat(get("/", basic("viewer:"))).isEqualTo(LOGIN);
    }

    @Test
    void aPasswordMayHaveColonsAndUnicode() {
        assertThat(access.decide(new Request("GET", "/", Optional.of(basic("ü:€:ü")), "192.0.2.1"), LIMITS))
                .isEqualTo(LOGIN);
        AccessControl any = new AccessControl(
                (user, password) -> new String(password).equals("€:ü")
                        ? Optional.of(new Account(user, Set.of("viewer")))
                        : Optional.empty(),
                () -> 0);
        assertThat(any.decide(new Request("GET", "/", Optional.of(basic("ü:€:ü")), "192.0.2.1"), LIMITS))
                .isEqualTo(new Decision.Granted(Optional.of("ü")));
    }

    @Test
    void theSchemeMayBeWrittenInAnyCase() {
        assertThat(get("/", basic("viewer:reweiv").replace("Basic", "bASIC"))).isInstanceOf(Decision.Granted.class);
    }

    @Test
    void anOpenPathIsForEverybodyAndNothingLikeItIs() {
        assertThat(get("/health/live", "")).isEqualTo(ANYBODY);
        assertThat(get("/health/live", basic("viewer:wrong"))).isEqualTo(ANYBODY);
        for (String path : List.of("/health/live/", "/health/live;a=b", "/health//live", "/health/l%69ve", "/health")) {
            assertThat(get(path, "")).as(path).isEqualTo(LOGIN);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get"})
    void onlyGetAndHeadAreServed(String method) {
        assertThat(access.decide(new Request(method, "/health/live", Optional.empty(), "192.0.2.1"), LIMITS))
                .isEqualTo(new Decision.MethodNotAllowed());
        assertThat(access.decide(new Request("HEAD", "/health/live", Optional.empty(), "192.0.2.1"), LIMITS))
                .isEqualTo(ANYBODY);
    }

    @Test
    void aLoginIsRememberedForAMinute() {
        get("/", basic("viewer:reweiv"));
        seconds.addAndGet(59);
        get("/api/v1/now", basic("viewer:reweiv"));
        assertThat(logins).containsExactly("viewer");
        seconds.addAndGet(1);
        get("/", basic("viewer:reweiv"));
        assertThat(logins).containsExactly("viewer", "viewer");
    }

    @Test
    void aFailureIsNotRemembered() {
        get("/", basic("viewer:wrong"));
        get("/", basic("viewer:wrong"));
        assertThat(logins).containsExactly("viewer", "viewer");
    }

    @Test
    void failuresAreLimitedByAddressForAMinute() {
        for (int i = 0; i < 3; i++) {
            assertThat(get("/", basic("viewer:wrong" + i))).isEqualTo(LOGIN);
            seconds.addAndGet(10);
        }
        assertThat(get("/", basic("viewer:reweiv"))).isEqualTo(new Decision.TooManyFailures(30));
        assertThat(logins).hasSize(3);
        assertThat(from("192.0.2.2", "/", basic("viewer:reweiv"))).isInstanceOf(Decision.Granted.class);
        seconds.addAndGet(30);
        assertThat(get("/", basic("viewer:wrong"))).isEqualTo(LOGIN);
    }

    @Test
    void whoIsLoggedInIsServedWhileOthersOfTheAddressFail() {
        get("/", basic("viewer:reweiv"));
        for (int i = 0; i < 4; i++) {
            get("/", basic("viewer:wrong" + i));
        }
        assertThat(get("/", basic("viewer:wrong"))).isInstanceOf(Decision.TooManyFailures.class);
        assertThat(get("/", basic("viewer:reweiv"))).isInstanceOf(Decision.Granted.class);
    }

    @Test
    void successesDoNotCountAsFailures() {
        for (int i = 0; i < 10; i++) {
            assertThat(get("/", basic("viewer:reweiv"))).isInstanceOf(Decision.Granted.class);
            seconds.addAndGet(61);
        }
        for (String role :
                List.of("manager:reganam", "admin:nimda", "guest:tseug", "manager:reganam", "viewer:reweiv")) {
            assertThat(get("/", basic(role))).as(role).isNotInstanceOf(Decision.TooManyFailures.class);
        }
    }

    @Test
    void whatARealmThrowsIsAFailureAndLocksNobodyOut() {
        AccessControl broken = new AccessControl(
                (user, password) -> {
                    throw new IllegalStateException("no such realm");
                },
                () -> 0);
        Request request = new Request("GET", "/", Optional.of(basic("viewer:reweiv")), "192.0.2.1");
        for (int i = 0; i < 3; i++) {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> broken.decide(request, LIMITS)))
                    .hasMessage("no such realm");
        }
        assertThat(broken.decide(request, LIMITS)).isInstanceOf(Decision.TooManyFailures.class);
    }

    /** A browser asks for six files at once. */
    @Test
    void requestsAtTheSameTimeLogInOnce() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        AccessControl slow = new AccessControl(
                (user, password) -> {
                    logins.add(user);
                    asked.countDown();
                    await(answer);
                    return Optional.of(new Account(user, Set.of("viewer")));
                },
                () -> 0);
        Request request = new Request("GET", "/", Optional.of(basic("viewer:reweiv")), "192.0.2.1");
        CompletableFuture<Decision> first = CompletableFuture.supplyAsync(() -> slow.decide(request, LIMITS));
        await(asked);
        CompletableFuture<Decision> second = CompletableFuture.supplyAsync(() -> slow.decide(request, LIMITS));
        answer.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS)).isInstanceOf(Decision.Granted.class);
        assertThat(second.get(10, TimeUnit.SECONDS)).isInstanceOf(Decision.Granted.class);
        assertThat(logins).containsExactly("viewer");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
