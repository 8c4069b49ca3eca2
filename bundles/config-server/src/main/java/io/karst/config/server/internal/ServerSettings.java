// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What an operator may set; see {@code etc/io.karst.configserver.cfg}, which explains each. */
@ObjectClassDefinition(
        name = "Karst: configuration server",
        description = "The embedded server of remote configuration")
@interface ServerSettings {

    @AttributeDefinition(name = "Answer", description = "Off: requests are answered with disabled")
    boolean enabled() default true;

    @AttributeDefinition(name = "Address", description = "Address to listen on. 0.0.0.0: all")
    String host() default "127.0.0.1";

    @AttributeDefinition(name = "Port", description = "Port to listen on", min = "0", max = "65535")
    int port() default 5311;

    @AttributeDefinition(
            name = "Names in the certificate",
            description = "Used when the certificate is made: karst:config-keys renew")
    String[] names() default {"localhost", "127.0.0.1", "::1"};

    @AttributeDefinition(name = "File of the root key", description = "Empty: keys/root.key in the server's folder")
    String root_key() default "";

    @AttributeDefinition(
            name = "Clients need a certificate",
            description = "Clients have to send a certificate in addition to the token")
    boolean require_client_certificate() default true;

    @AttributeDefinition(
            name = "Former credentials, s",
            description = "How long a former token or certificate is accepted after it was replaced",
            min = "0",
            max = "604800")
    int credentials_grace_seconds() default 600;

    @AttributeDefinition(
            name = "Largest request, bytes",
            description = "Larger ones are rejected",
            min = "1024",
            max = "2147483647")
    int max_request_bytes() default 4 << 20;

    @AttributeDefinition(
            name = "Active within, s",
            description = "Time since its last request during which a client counts as active",
            min = "1",
            max = "2147483647")
    int client_active_seconds() default 60;

    @AttributeDefinition(
            name = "Idle connections, s",
            description = "Time without a request after which a connection is closed",
            min = "1",
            max = "2147483647")
    int connection_idle_seconds() default 10;

    @AttributeDefinition(
            name = "Most clients",
            description = "Clients to remember, and connections to keep open for them",
            min = "1",
            max = "2147483647")
    int max_clients() default 20_000;
}
