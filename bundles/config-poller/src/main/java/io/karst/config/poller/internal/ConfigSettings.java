// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What an operator may set; see {@code etc/io.karst.config.cfg}, which explains each. */
@ObjectClassDefinition(name = "Karst: remote configuration")
@interface ConfigSettings {

    @AttributeDefinition(name = "Poll")
    boolean enabled() default true;

    @AttributeDefinition(name = "Server", description = "name:port")
    String address() default "localhost:5311";

    @AttributeDefinition(name = "Name of this client", description = "empty: the name of the host")
    String client_name() default "";

    @AttributeDefinition(name = "Labels of this client", description = "key=value")
    String[] client_labels() default {};

    @AttributeDefinition(name = "Root of trust", description = "empty: the embedded server's")
    String root() default "";

    @AttributeDefinition(name = "Trust anchor", description = "empty: the embedded server's; system: the JRE's")
    String trust_anchor() default "";

    @AttributeDefinition(name = "Client certificate", description = "empty: the embedded server's; none")
    String client_certificate() default "";

    @AttributeDefinition(name = "Token file", description = "empty: the embedded server's; none")
    String token_file() default "";

    @AttributeDefinition(name = "Organisation's UUID", description = "empty: the first that comes")
    String org_uuid() default "";

    @AttributeDefinition(name = "Organisation's number in paths", description = "-1: any", min = "-1")
    long org_id() default -1;

    @AttributeDefinition(name = "Products")
    String[] products() default {"KARST_CONTENTION", "KARST_CONFIGADMIN"};

    @AttributeDefinition(name = "Interval", description = "milliseconds", min = "100", max = "3600000")
    long interval_millis() default 5_000;

    @AttributeDefinition(name = "Deadline of one exchange", description = "milliseconds", min = "100", max = "300000")
    long deadline_millis() default 10_000;

    @AttributeDefinition(name = "Stale after", description = "milliseconds")
    long stale_after_millis() default 60_000;

    @AttributeDefinition(name = "Listeners answer within", description = "milliseconds")
    long answer_within_millis() default 60_000;

    @AttributeDefinition(name = "Largest answer", description = "bytes", min = "1", max = "115343360")
    int max_response_bytes() default 110 << 20;

    @AttributeDefinition(name = "Apply good parts alone")
    boolean partial() default false;
}
