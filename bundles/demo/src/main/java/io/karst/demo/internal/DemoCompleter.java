// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Completes the action, then the kind, then options. */
@Service
public final class DemoCompleter implements Completer {

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        List<String> typed = List.of(commandLine.getArguments()).subList(0, commandLine.getCursorArgumentIndex());
        List<String> offered = List.of("--threads", "--seconds", "--json");
        if (typed.stream().noneMatch(List.of("start", "stop", "status")::contains)) {
            offered = List.of("start", "stop", "status");
        } else if (typed.get(typed.size() - 1).equals("start")) {
            offered = DemoKind.wordList();
        }
        return new StringsCompleter(offered).complete(session, commandLine, candidates);
    }
}
