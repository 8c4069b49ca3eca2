// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer, before it is sent.
 *
 * @param headers beside those of the content
 * @param body nobody changes it
 */
@SuppressWarnings("ArrayRecordComponent") // not given out of this package
record Answer(int status, String contentType, Map<String, String> headers, byte[] body) {
    static final String JSON = "application/json";

    static Answer json(int status, Json document) {
        return new Answer(status, JSON, Map.of(), Json.bytes(document.object()));
    }

    /**
     * A request that is wrong.
     *
     * @param text what is wrong, and what is allowed
     */
    static Answer error(int status, String text) {
        return json(status, new Json().put("error", text));
    }

    static Answer csv(byte[] table) {
        return new Answer(200, "text/csv;charset=UTF-8", Map.of(), table);
    }

    static Answer text(int status, String text) {
        return new Answer(status, "text/plain;charset=UTF-8", Map.of(), (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The same as a file to be saved. */
    Answer saved(String name) {
        return with("Content-Disposition", "attachment; filename=\"" + name + "\"");
    }

    Answer with(String header, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(header, value);
        return new Answer(status, contentType, all, body);
    }
}
