// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.otlp.internal;

import io.karst.ability.AbilityProbe;
import io.karst.component.SafeText;
import io.karst.component.WebAddress;
import io.karst.config.SettingsCheck;
import io.karst.settings.InvalidSettingException;
import io.karst.settings.PidSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Where the metrics go, how often, and with which credentials. */
@Component(
        name = "io.karst.otlp.settings",
        immediate = true, // a refused value is reported at once
        configurationPid = OtlpSettings.PID,
        service = {OtlpSettings.class, PidSettings.class, SettingsCheck.class, AbilityProbe.class},
        property = SettingsCheck.PID + "=" + OtlpSettings.PID)
@Designate(ocd = OtlpSettings.Config.class)
public final class OtlpSettings extends PidSettings<OtlpSettings.Settings> {
    static final String PID = "io.karst.otlp";

    /** What an operator may set; see {@code etc/io.karst.otlp.cfg}. */
    @ObjectClassDefinition(name = "Karst: OTLP", description = "Metrics pushed by the OpenTelemetry protocol")
    public @interface Config {
        /** URL of the receiver; empty for no push. */
        @AttributeDefinition(
                name = "Receiver",
                description = "URL of the receiver, such as https://collector.example:4318/v1/metrics."
                        + " Without a path: /v1/metrics. Empty: nothing is pushed")
        String endpoint() default "";

        /** Time between two pushes, milliseconds, 1000 to 3600000. */
        @AttributeDefinition(
                name = "Interval, ms",
                description = "Time from the end of a push to the next one",
                min = "1000",
                max = "3600000")
        int interval_millis() default 60_000;

        /** Longest time of a push with all its attempts, milliseconds, 100 to 60000. */
        @AttributeDefinition(
                name = "Time limit, ms",
                description = "Longest time of a push with all its attempts",
                min = "100",
                max = "60000")
        int timeout_millis() default 10_000;

        /** Whether pushes are compressed. */
        @AttributeDefinition(name = "Compressed", description = "Whether pushes are compressed by gzip")
        boolean gzip() default true;

        /** File with headers; empty for none. */
        @AttributeDefinition(
                name = "Headers file",
                description = "Headers such as Authorization: Bearer ..., one on each line. Only Karaf's user may read"
                        + " it. Empty: none")
        String headers_file() default "";

        /** PEM file with the certificates that the receiver's is verified against; empty for those of the Java runtime. */
        @AttributeDefinition(
                name = "Trust anchor",
                description = "PEM file with the certificates that the receiver's certificate is verified against."
                        + " Empty: those of the Java runtime")
        String trust_anchor() default "";

        /** PEM file with the client's certificate and key; empty for none. */
        @AttributeDefinition(
                name = "Client certificate",
                description = "PEM file with the client's certificate and its key (PKCS#8). Only Karaf's user may read"
                        + " it. Empty: none")
        String client_certificate() default "";

        /** Attributes of the resource, each as key=value; they come before those that Karst knows itself. */
        @AttributeDefinition(
                name = "Resource attributes",
                description = "key=value, separated by commas, such as deployment.environment.name=production. Karst"
                        + " sets service.name, service.version, service.instance.id and host.name itself")
        String[] resource_attributes() default {};
    }

    /**
     * The same, checked.
     *
     * @param endpoint with its path
     * @param headers file with headers
     * @param attributes of the resource, by key
     */
    record Settings(
            Optional<URI> endpoint,
            Duration interval,
            Duration timeout,
            boolean gzip,
            Optional<Path> headers,
            Optional<Path> trustAnchor,
            Optional<Path> clientCertificate,
            SortedMap<String, String> attributes) {

        private static final int MOST_ATTRIBUTES = 32;
        private static final int ATTRIBUTE_LENGTH = 256;
        private static final String DEFAULT_PATH = "/v1/metrics";

        static Settings of(Config config) {
            InvalidSettingException.requireWithin("interval.millis", config.interval_millis(), 1000, 3_600_000);
            InvalidSettingException.requireWithin("timeout.millis", config.timeout_millis(), 100, 60_000);
            return new Settings(
                    endpoint(config.endpoint().strip()),
                    Duration.ofMillis(config.interval_millis()),
                    Duration.ofMillis(config.timeout_millis()),
                    config.gzip(),
                    file("headers.file", config.headers_file()),
                    file("trust.anchor", config.trust_anchor()),
                    file("client.certificate", config.client_certificate()),
                    attributes(config.resource_attributes()));
        }

        private static Optional<URI> endpoint(String text) {
            if (text.isEmpty()) {
                return Optional.empty();
            }
            URI address = WebAddress.of(text)
                    .filter(uri -> uri.getRawFragment() == null)
                    .orElseThrow(() -> new InvalidSettingException(
                            "endpoint",
                            WebAddress.withoutUsers(text),
                            "a URL that begins with https:// or http:// and a host without a user"));
            boolean bare =
                    address.getRawPath().isEmpty() || address.getRawPath().equals("/");
            return Optional.of(bare && address.getRawQuery() == null ? address.resolve(DEFAULT_PATH) : address);
        }

        private static Optional<Path> file(String key, String text) {
            return text.isBlank() ? Optional.empty() : Optional.of(InvalidSettingException.requirePath(key, text));
        }

        private static SortedMap<String, String> attributes(String[] texts) {
            SortedMap<String, String> attributes = new TreeMap<>();
            for (String text : String.join(",", texts).split(",", -1)) {
                int equals = text.indexOf('=');
                String key = text.substring(0, Math.max(0, equals)).strip();
                String value = text.substring(equals + 1).strip();
                boolean fits = key.length() <= ATTRIBUTE_LENGTH
                        && value.length() <= ATTRIBUTE_LENGTH
                        && SafeText.isSafe(key + value);
                if (text.isBlank()) {
                    continue;
                }
                if (key.isEmpty() || !fits || attributes.size() >= MOST_ATTRIBUTES) {
                    throw new InvalidSettingException(
                            "resource.attributes",
                            text,
                            "at most " + MOST_ATTRIBUTES + " of key=value, each up to " + ATTRIBUTE_LENGTH
                                    + " characters");
                }
                attributes.put(key, value);
            }
            return Collections.unmodifiableSortedMap(attributes);
        }
    }

    /** Reads them. A refused receiver or credential is never replaced by another one: the metrics would go to whom nobody chose. */
    @Activate
    public OtlpSettings(BundleContext context, Map<String, Object> properties) {
        super(
                context,
                PID,
                Config.class,
                Settings::of,
                Set.of("endpoint", "headers.file", "trust.anchor", "client.certificate"),
                properties);
    }

    /** An operator changed them. */
    @Modified
    public void changed(Map<String, Object> properties) {
        change(properties);
    }
}
