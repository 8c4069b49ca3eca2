// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.karst.component.SafeText;
import io.karst.remoteconfig.wire.ConfigWire.CertificateDates;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/** From when to when a certificate is valid, both included, in words. */
record Validity(CertificateDates dates) {

    static Validity of(X509Certificate certificate) {
        return new Validity(new CertificateDates(
                SafeText.of(certificate.getSubjectX500Principal().getName()),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant()));
    }

    /** Why it does not count; {@code whose} comes before the word certificate. */
    Optional<String> fault(Instant now, String whose) {
        String what = whose + " certificate " + dates.subject();
        if (now.isAfter(dates.until())) {
            return Optional.of(what + " ended at " + dates.until());
        }
        return now.isBefore(dates.from())
                ? Optional.of(what + " is valid only from " + dates.from() + " on")
                : Optional.empty();
    }

    /** Throws if it does not count, as the JDK would: TLS turns it into the alert that fits. */
    void check(Instant now, String whose) throws CertificateException {
        Optional<String> fault = fault(now, whose);
        if (fault.isPresent()) {
            throw now.isAfter(dates.until())
                    ? new CertificateExpiredException(fault.get())
                    : new CertificateNotYetValidException(fault.get());
        }
    }
}
