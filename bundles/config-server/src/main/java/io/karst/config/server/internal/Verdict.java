// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Services;
import io.karst.config.ConfigCheck;
import io.karst.config.ConfigRefusedException;
import java.util.Comparator;
import java.util.List;

/**
 * What the listeners of this Karaf say of a content before it is signed.
 *
 * @param answer the worst of what they say
 * @param reason why it is invalid; otherwise empty
 */
record Verdict(Answer answer, String reason) {

    /** From the least to the worst. */
    enum Answer {
        /** No listener for the product is installed here. */
        UNCHECKED,
        /** A listener would apply it. */
        VALID,
        /** A listener would refuse it. */
        INVALID
    }

    private static final Verdict UNCHECKED = new Verdict(Answer.UNCHECKED, "");

    /** Asks the listeners of a product. */
    static Verdict of(Services services, String product, byte[] content) {
        return worst(services.all(ConfigCheck.class, check -> ask(check, product, content)));
    }

    static Verdict worst(List<Verdict> said) {
        return said.stream().max(Comparator.comparing(Verdict::answer)).orElse(UNCHECKED);
    }

    @SuppressWarnings("IllegalCatch") // a check that fails, however it does, has not agreed
    static Verdict ask(ConfigCheck check, String product, byte[] content) {
        if (!check.products().contains(product)) {
            return UNCHECKED;
        }
        try {
            check.check(content);
            return new Verdict(Answer.VALID, "");
        } catch (ConfigRefusedException e) {
            return new Verdict(Answer.INVALID, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return new Verdict(Answer.INVALID, "its check failed: " + e);
        }
    }
}
