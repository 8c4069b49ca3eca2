// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.settings.InvalidSettingException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Which waits are timed.
 *
 * @param mode setting {@code timing}
 * @param budget share of one CPU that the programs may take, 0.001 to 1
 */
record Timing(Mode mode, double budget) {

    /** Setting {@code timing}. */
    enum Mode {
        /** Every wait, whatever that costs. */
        ALL(1, 1),
        /** One in eight spinning waits, or fewer, as the budget allows. */
        SAMPLED(8, Timing.MOST),
        /** Every wait, as long as the budget allows it. */
        AUTO(1, Timing.MOST);

        private final int least;
        private final int most;

        Mode(int least, int most) {
            this.least = least;
            this.most = most;
        }

        /** The nearest number that this mode allows for N, where one in N waits is timed. */
        int allowed(int oneIn) {
            return Math.max(least, Math.min(most, oneIn));
        }
    }

    /** Timing one in 64 waits costs no more than counting them. */
    static final int MOST = 64;

    static final Timing ALL = new Timing(Mode.ALL, 0.01);

    /**
     * Reads the settings.
     *
     * @param timing all, sampled or auto
     * @param percent of one CPU
     */
    static Timing of(String timing, double percent) {
        if (!(percent >= 0.1 && percent <= 100)) {
            throw new InvalidSettingException("overhead.budget", percent, "0.1 to 100, in percent of one CPU");
        }
        Mode mode = Arrays.stream(Mode.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(timing.strip()))
                .findFirst()
                .orElseThrow(() -> new InvalidSettingException("timing", timing, "all, sampled or auto"));
        return new Timing(mode, percent / 100);
    }
}
