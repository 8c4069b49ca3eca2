// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.http.internal;

import io.karst.component.RateLimitedLog;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.FailedLoginException;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Login to the JAAS realm of Karaf's console. */
final class JaasLogin implements Login {
    private static final Logger LOG = LoggerFactory.getLogger(JaasLogin.class);
    private static final String REALM = "karaf";

    private final RateLimitedLog limit = new RateLimitedLog(System::nanoTime);

    @Override
    public Optional<Account> check(String user, char[] password) {
        Subject subject = new Subject();
        try {
            new LoginContext(REALM, subject, callbacks -> answer(callbacks, user, password)).login();
        } catch (FailedLoginException e) {
            return Optional.empty();
        } catch (LoginException e) {
            // only the type: a message could contain what was typed
            String type = e.getClass().getSimpleName();
            limit.permit(type).ifPresent(leftOut -> LOG.warn("realm={} refused a login: {}", REALM, type));
            return Optional.empty();
        }
        return Optional.of(new Account(
                user,
                subject.getPrincipals(RolePrincipal.class).stream()
                        .map(RolePrincipal::getName)
                        .collect(Collectors.toUnmodifiableSet())));
    }

    private static void answer(Callback[] callbacks, String user, char[] password) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof NameCallback name) {
                name.setName(user);
            } else if (callback instanceof PasswordCallback secret) {
                secret.setPassword(password);
            } else {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }
}
