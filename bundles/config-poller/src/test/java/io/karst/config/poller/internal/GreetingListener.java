// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.config.ConfigChange;
import io.karst.config.ConfigListener;
import io.karst.config.ConfigRefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.osgi.service.component.annotations.Component;

// docs: begin
/** A greeting that can be configured remotely. */
@Component
public final class GreetingListener implements ConfigListener {

    private volatile String greeting = "Hello";

    @Override
    public String name() {
        return "greeting";
    }

    @Override
    public Set<String> products() {
        return Set.of("EXAMPLE_GREETING");
    }

    @Override
    public void apply(ConfigChange change) throws ConfigRefusedException {
        if (change.kind() == ConfigChange.Kind.REMOVED) {
            greeting = "Hello";
            return;
        }
        String wanted = new String(change.config().content(), StandardCharsets.UTF_8).strip();
        if (wanted.isEmpty() || wanted.length() > 100) {
            throw new ConfigRefusedException("greeting has " + wanted.length() + " characters; allowed are 1 to 100");
        }
        greeting = wanted;
    }
    // docs: end

    String greeting() {
        return greeting;
    }
}
