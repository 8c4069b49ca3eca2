// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version as Semantic Versioning 2.0.0 orders it; build metadata is left out. */
record SemanticVersion(List<BigInteger> numbers, List<String> preRelease) implements Comparable<SemanticVersion> {

    private static final int PARTS = 3;
    private static final Pattern FORM = Pattern.compile(
            "v?([0-9]{1,18})(?:\\.([0-9]{1,18}))?(?:\\.([0-9]{1,18}))?(?:-([0-9A-Za-z.-]{1,64}))?(?:\\+[0-9A-Za-z.-]{1,64})?");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    static Optional<SemanticVersion> find(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        List<BigInteger> numbers = new ArrayList<>();
        for (int part = 1; part <= PARTS; part++) {
            String digits = matcher.group(part);
            numbers.add(digits == null ? BigInteger.ZERO : new BigInteger(digits));
        }
        String preRelease = matcher.group(PARTS + 1);
        return Optional.of(
                new SemanticVersion(numbers, preRelease == null ? List.of() : List.of(preRelease.split("\\.", -1))));
    }

    /** The least version whose number at {@code part} is one higher. */
    SemanticVersion next(int part) {
        List<BigInteger> next = new ArrayList<>(numbers);
        next.set(part, numbers.get(part).add(BigInteger.ONE));
        for (int i = part + 1; i < PARTS; i++) {
            next.set(i, BigInteger.ZERO);
        }
        return new SemanticVersion(next, List.of());
    }

    /** The first number that is not 0, or the last. */
    int significant() {
        for (int part = 0; part < PARTS - 1; part++) {
            if (numbers.get(part).signum() != 0) {
                return part;
            }
        }
        return PARTS - 1;
    }

    @Override
    public int compareTo(SemanticVersion other) {
        for (int part = 0; part < PARTS; part++) {
            int order = numbers.get(part).compareTo(other.numbers.get(part));
            if (order != 0) {
                return order;
            }
        }
        if (preRelease.isEmpty() || other.preRelease.isEmpty()) {
            return Boolean.compare(preRelease.isEmpty(), other.preRelease.isEmpty());
        }
        int common = Math.min(preRelease.size(), other.preRelease.size());
        for (int i = 0; i < common; i++) {
            int order = compareIdentifiers(preRelease.get(i), other.preRelease.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(preRelease.size(), other.preRelease.size());
    }

    private static int compareIdentifiers(String left, String right) {
        boolean leftNumber = NUMBER.matcher(left).matches();
        boolean rightNumber = NUMBER.matcher(right).matches();
        if (leftNumber && rightNumber) {
            return new BigInteger(left).compareTo(new BigInteger(right));
        }
        return leftNumber == rightNumber ? left.compareTo(right) : Boolean.compare(rightNumber, leftNumber);
    }
}
