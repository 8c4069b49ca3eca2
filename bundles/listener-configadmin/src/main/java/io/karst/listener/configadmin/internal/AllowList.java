// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import io.karst.resource.NamePattern;
import java.util.List;

/**
 * Which PIDs may be changed.
 *
 * @param allow names with stars
 * @param deny names with stars; stronger
 */
record AllowList(List<String> allow, List<String> deny) {

    AllowList {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    boolean permits(String pid) {
        return allow.stream().anyMatch(name -> fits(name, pid)) && deny.stream().noneMatch(name -> fits(name, pid));
    }

    private static boolean fits(String name, String pid) {
        return new NamePattern(name).matches(pid);
    }
}
