// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.contention.internal;

import io.karst.config.ConfigCheck;
import io.karst.config.ConfigRefusedException;
import java.util.Set;
import org.osgi.service.component.annotations.Component;

/** Checks {@code KARST_CONTENTION} files, also where nothing is traced. */
@Component(name = "io.karst.listener-contention.check")
public final class ContentionCheck implements ConfigCheck {

    @Override
    public Set<String> products() {
        return ContentionListener.PRODUCTS;
    }

    @Override
    public void check(byte[] content) throws ConfigRefusedException {
        ContentionListener.Wanted.parse(content);
    }
}
