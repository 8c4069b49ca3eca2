// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What an operator may set; see {@code etc/io.karst.config.cfg}, which explains each. */
@ObjectClassDefinition(
        name = "Karst: remote configuration",
        description = "Where configurations come from, and how they are verified")
@interface ConfigSettings {

    @AttributeDefinition(name = "Poll", description = "Off: the configuration restored from disk stays in force")
    boolean enabled() default true;

    @AttributeDefinition(name = "Server", description = "Name or address, and port: localhost:5311")
    String address() default "localhost:5311";

    @AttributeDefinition(name = "Name of this client", description = "Empty: the name of the host")
    String client_name() default "";

    @AttributeDefinition(name = "Labels of this client", description = "Key=value, at most 16")
    String[] client_labels() default {};

    @AttributeDefinition(
            name = "Root of trust",
            description = "File of the first root.json. Empty: the embedded server's")
    String root() default "";

    @AttributeDefinition(
            name = "Trust anchor",
            description = "PEM file. Empty: the embedded server's; system: the Java runtime's")
    String trust_anchor() default "";

    @AttributeDefinition(
            name = "Client certificate",
            description = "PEM file. Empty: the embedded server's; none: none")
    String client_certificate() default "";

    @AttributeDefinition(name = "Token file", description = "Empty: the embedded server's; none: no token")
    String token_file() default "";

    @AttributeDefinition(name = "Organisation's UUID", description = "Empty: the first that is received")
    String org_uuid() default "";

    @AttributeDefinition(
            name = "Organisation's number in paths",
            description = "-1: any",
            min = "-1",
            max = "9223372036854775807")
    long org_id() default -1;

    @AttributeDefinition(name = "Products", description = "Types of configuration to request")
    String[] products() default {"KARST_CONTENTION", "KARST_CONFIGADMIN"};

    @AttributeDefinition(name = "Interval, ms", description = "Polling interval", min = "100", max = "3600000")
    long interval_millis() default 5_000;

    @AttributeDefinition(
            name = "Deadline, ms",
            description = "Deadline of one request, including the connection",
            min = "100",
            max = "300000")
    long deadline_millis() default 10_000;

    @AttributeDefinition(
            name = "Stale after, ms",
            description = "Time without an answer after which the state is STALE",
            min = "0",
            max = "3153600000000")
    long stale_after_millis() default 60_000;

    @AttributeDefinition(
            name = "Listeners answer within, ms",
            description = "Time without an answer after which a listener counts as failed",
            min = "0",
            max = "3153600000000")
    long answer_within_millis() default 60_000;

    @AttributeDefinition(
            name = "Largest answer, bytes",
            description = "Larger ones are rejected unread",
            min = "1",
            max = "115343360")
    int max_response_bytes() default 110 << 20;

    @AttributeDefinition(
            name = "Apply good parts alone",
            description = "If one part of an update is rejected, apply the others")
    boolean partial() default false;
}
