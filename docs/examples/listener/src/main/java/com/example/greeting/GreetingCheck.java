// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package com.example.greeting;

import io.karst.config.ConfigCheck;
import io.karst.config.ConfigRefusedException;
import java.util.Set;
import org.osgi.service.component.annotations.Component;

/** Checks a greeting before it is signed. */
@Component
public final class GreetingCheck implements ConfigCheck {

    @Override
    public Set<String> products() {
        return Set.of(GreetingListener.PRODUCT);
    }

    @Override
    public void check(byte[] content) throws ConfigRefusedException {
        GreetingListener.parse(content);
    }
}
