// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package com.example.greeting;

import io.karst.config.ConfigChange;
import io.karst.config.ConfigListener;
import io.karst.config.ConfigRefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A greeting that can be configured remotely. */
@Component
public final class GreetingListener implements ConfigListener {

    static final String PRODUCT = "EXAMPLE_GREETING";

    private static final Logger LOG = LoggerFactory.getLogger(GreetingListener.class);
    private static final String DEFAULT = "Hello";

    private volatile String greeting = DEFAULT;

    @Override
    public String name() {
        return "greeting";
    }

    @Override
    public Set<String> products() {
        return Set.of(PRODUCT);
    }

    @Override
    public void apply(ConfigChange change) throws ConfigRefusedException {
        boolean removed = change.kind() == ConfigChange.Kind.REMOVED;
        greeting = removed ? DEFAULT : parse(change.config().content());
        LOG.info("The greeting is now: {}", greeting);
    }

    /** Reads a file; the message of the exception goes back to whoever published it. */
    static String parse(byte[] content) throws ConfigRefusedException {
        String text = new String(content, StandardCharsets.UTF_8).strip();
        if (!text.matches("\\P{Cntrl}{1,100}")) {
            throw new ConfigRefusedException(
                    "a greeting is one line of 1 to 100 characters; this file has " + text.length());
        }
        return text;
    }
}
