// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.json.JsonValue;
import io.karst.remoteconfig.json.JsonValue.JsonInteger;
import io.karst.remoteconfig.json.JsonValue.JsonString;
import java.math.BigInteger;
import java.util.Optional;

/** The part of metadata that is the signer's own. */
public final class Custom {

    private final Fields fields;

    Custom(Fields fields) {
        this.fields = fields;
    }

    /**
     * A whole number.
     *
     * @param name of the field
     * @return its value; absent if there is none or it is no whole number
     */
    public Optional<BigInteger> integer(String name) {
        return fields.find(name).filter(JsonInteger.class::isInstance).map(value -> ((JsonInteger) value).number());
    }

    /**
     * A text.
     *
     * @param name of the field
     * @return its value; absent if there is none or it is no text
     */
    public Optional<String> string(String name) {
        return fields.find(name).filter(JsonString.class::isInstance).map(value -> ((JsonString) value).text());
    }

    JsonValue json() {
        return fields.json();
    }
}
