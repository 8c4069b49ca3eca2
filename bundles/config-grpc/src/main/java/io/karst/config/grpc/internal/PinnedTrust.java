// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.karst.component.RateLimitedLog;
import io.karst.component.SafeText;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trusts the certificates of a file, and those it held a moment ago, while they are valid. The JDK's trust manager does not look at the
 * dates of a certificate that is its own anchor, nor at those of any anchor; here every certificate has to be valid now.
 */
final class PinnedTrust extends X509ExtendedTrustManager {

    private static final Logger LOG = LoggerFactory.getLogger(PinnedTrust.class);
    private static final int MAX_LINE = 500;

    private final WatchedFile<List<X509Certificate>> pinned;
    private final Clock clock;
    private final RateLimitedLog rate = new RateLimitedLog(System::nanoTime);
    private @Nullable Checker latest;

    PinnedTrust(WatchedFile<List<X509Certificate>> pinned, Clock clock) {
        this.pinned = pinned;
        this.clock = clock;
    }

    /** The JDK's trust manager for certain anchors. */
    private record Checker(Set<X509Certificate> anchors, X509ExtendedTrustManager manager) {

        static Checker of(Set<X509Certificate> anchors) throws CertificateException {
            try {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                int count = 0;
                for (X509Certificate anchor : anchors) {
                    store.setCertificateEntry("trusted-" + count++, anchor);
                }
                TrustManagerFactory factory =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init(store);
                for (TrustManager manager : factory.getTrustManagers()) {
                    if (manager instanceof X509ExtendedTrustManager extended) {
                        return new Checker(anchors, extended);
                    }
                }
                throw new CertificateException("this Java runtime has no X.509 trust manager");
            } catch (GeneralSecurityException | IOException e) {
                throw new CertificateException("the pinned certificates cannot be used: " + e.getMessage(), e);
            }
        }
    }

    private interface Check {
        void with(X509ExtendedTrustManager manager) throws CertificateException;
    }

    private void check(X509Certificate[] chain, Check check) throws CertificateException {
        Instant now = clock.instant();
        for (X509Certificate certificate : chain) {
            Validity.of(certificate).check(now, "the other end's");
        }
        List<String> invalid = new ArrayList<>();
        Set<X509Certificate> anchors = anchors(now, invalid);
        if (anchors.isEmpty()) {
            throw new CertificateException(String.join("; ", invalid));
        }
        try {
            check.with(checker(anchors).manager());
        } catch (CertificateException e) {
            if (invalid.isEmpty()) {
                throw e;
            }
            throw new CertificateException(e.getMessage() + "; " + String.join("; ", invalid), e);
        }
    }

    /** TLS tells a client no more than the kind of fault; who looks after the server should know more. */
    private void checkClient(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check(chain, check);
        } catch (CertificateException e) {
            rate.permit(pinned.file())
                    .ifPresent(
                            leftOut -> LOG.warn("a client was refused: {} (kept quiet before: {})", line(e), leftOut));
            throw e;
        }
    }

    private static String line(CertificateException e) {
        String line = SafeText.of(String.valueOf(e.getMessage()));
        return line.length() > MAX_LINE ? line.substring(0, MAX_LINE) + "…" : line;
    }

    private Set<X509Certificate> anchors(Instant now, List<String> invalid) {
        Set<X509Certificate> valid = new LinkedHashSet<>();
        for (List<X509Certificate> accepted : pinned.accepted()) {
            for (X509Certificate anchor : accepted) {
                Validity.of(anchor)
                        .fault(now, pinned.file() + ": its")
                        .ifPresentOrElse(invalid::add, () -> valid.add(anchor));
            }
        }
        return valid;
    }

    private synchronized Checker checker(Set<X509Certificate> anchors) throws CertificateException {
        Checker checker = latest;
        if (checker == null || !checker.anchors().equals(anchors)) {
            checker = Checker.of(anchors);
            latest = checker;
        }
        return checker;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClient(chain, manager -> manager.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, manager -> manager.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClient(chain, manager -> manager.checkClientTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, manager -> manager.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        checkClient(chain, manager -> manager.checkClientTrusted(chain, authType));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, manager -> manager.checkServerTrusted(chain, authType));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return anchors(clock.instant(), new ArrayList<>()).toArray(X509Certificate[]::new);
    }

    /** Reads the file now. */
    void refresh() throws IOException {
        pinned.refresh();
    }
}
