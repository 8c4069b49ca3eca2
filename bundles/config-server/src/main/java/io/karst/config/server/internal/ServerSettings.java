// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What an operator may set; see {@code etc/io.karst.configserver.cfg}, which explains each. */
@ObjectClassDefinition(name = "Karst: configuration server")
@interface ServerSettings {

    @AttributeDefinition(name = "Answer", description = "false: clients hear that remote configuration is off")
    boolean enabled() default true;

    @AttributeDefinition(name = "Address")
    String host() default "127.0.0.1";

    @AttributeDefinition(name = "Port", min = "0", max = "65535")
    int port() default 5311;

    @AttributeDefinition(name = "Names in the certificate")
    String[] names() default {"localhost", "127.0.0.1", "::1"};

    @AttributeDefinition(name = "File of the root key", description = "empty: keys/root.key in the server's folder")
    String root_key() default "";

    @AttributeDefinition(name = "Clients need the certificate")
    boolean require_client_certificate() default true;

    @AttributeDefinition(
            name = "Former credentials are accepted for",
            description = "seconds",
            min = "0",
            max = "604800")
    int credentials_grace_seconds() default 600;

    @AttributeDefinition(name = "Largest request", description = "bytes", min = "1024")
    int max_request_bytes() default 4 << 20;

    @AttributeDefinition(name = "Active within", description = "seconds", min = "1")
    int client_active_seconds() default 60;

    @AttributeDefinition(name = "Idle connections are closed after", description = "seconds", min = "1")
    int connection_idle_seconds() default 10;

    @AttributeDefinition(name = "Most clients remembered", min = "1")
    int max_clients() default 20_000;
}
