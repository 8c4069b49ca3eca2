// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import java.nio.charset.Charset;
import java.util.List;

/**
 * Draws numbers with characters.
 *
 * @param blocks whether block characters can be printed; otherwise ASCII
 */
record Bars(boolean blocks) {
    private static final String ASCII_RAMP = "_.-=+*#@";
    private static final String BLOCK_RAMP = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";

    /** As a terminal's character set allows. */
    static Bars of(Charset charset) {
        return new Bars(charset.newEncoder().canEncode(BLOCK_RAMP));
    }

    /**
     * A horizontal bar.
     *
     * @param share 0 to 1; a share above 0 is at least one character long
     * @param width length for 1, characters
     */
    String bar(double share, int width) {
        int length = share <= 0 ? 0 : Math.max(1, (int) Math.round(Math.min(1, share) * width));
        return (blocks ? "\u2588" : "#").repeat(length);
    }

    /** One character a value: the largest one is as high as it can be, 0 is a blank. */
    String line(List<Double> values) {
        return line(
                values, values.stream().mapToDouble(Double::doubleValue).max().orElse(0));
    }

    /** The same on the scale of several lines: this value is as high as can be. */
    String line(List<Double> values, double most) {
        String ramp = blocks ? BLOCK_RAMP : ASCII_RAMP;
        StringBuilder line = new StringBuilder();
        for (double value : values) {
            int step = (int) Math.min(ramp.length() - 1, value / most * ramp.length());
            line.append(value <= 0 ? ' ' : ramp.charAt(step));
        }
        return line.toString();
    }
}
