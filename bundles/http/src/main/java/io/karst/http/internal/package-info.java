// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * The context {@code karst} at {@code /karst} of Karaf's HTTP server. All pages and data of Karst are served in it.
 *
 * <p>A bundle adds a servlet by registering it with {@code osgi.http.whiteboard.context.select=(osgi.http.whiteboard.context.name=karst)},
 * a name of its own ({@code osgi.http.whiteboard.servlet.name}, or Pax Web gives all the same and refuses the second), and a pattern below
 * {@code /karst}, such as {@code /metrics}. It then need not check who asks: each request has logged in to the JAAS
 * realm {@code karaf} with one of the roles viewer, manager and admin, is a GET or HEAD, and its answer has the security headers and
 * {@code Cache-Control: no-store}, which the servlet may replace.
 *
 * <p>Paths that everybody may read are in the setting {@code open.paths} of {@code etc/io.karst.http.cfg}: exact paths below
 * {@code /health/}, by default {@code /health/live} and {@code /health/ready}. Requests to them are not logged in:
 * {@code getRemoteUser()} is null, and no detail belongs into the answer.
 */
@NullMarked
package io.karst.http.internal;

import org.jspecify.annotations.NullMarked;
