// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Services;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.server.SignedRepository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;

/** A change that publishes content: the listeners of this Karaf are asked before anything is signed. */
abstract class PublishingCommand extends ChangeCommand {

    private static final String DRY_RUN = "--dry-run";
    private static final String FORCE = "--force";

    @Option(
            name = DRY_RUN,
            description = "Publish nothing: only say whether the listener of this Karaf, and clients, would take it.")
    private boolean dryRun;

    @Option(name = FORCE, description = "Publish it although the listener of this Karaf would refuse it.")
    private boolean force;

    /** Publishes. */
    interface Publish {
        /**
         * Does it.
         *
         * @return what is offered from now on
         * @throws IOException if it cannot be stored
         */
        SignedRepository now() throws IOException;
    }

    /** What is to be published, and how. */
    record Wanted(Kind kind, Publication publication, Publish publish) {}

    @Override
    final Change change(Services services, SignedStore store, ConfigPath path, List<String> left)
            throws IOException, CommandException {
        List<String> words = new ArrayList<>(left);
        dryRun |= words.removeAll(List.of(DRY_RUN));
        force |= words.removeAll(List.of(FORCE));
        Wanted wanted = wanted(store, path, words);
        Verdict verdict = Verdict.of(
                services, path.product(), wanted.publication().content().toArray());
        if (verdict.answer() == Verdict.Answer.INVALID && !force) {
            throw new CommandException("Not published, because the listener of this Karaf would refuse it: "
                    + verdict.reason() + ". To publish it all the same: --force");
        }
        Change change = dryRun
                ? Change.of(Kind.CHECKED, store.tryToPublish(wanted.publication()), path, Optional.of(verdict))
                : Change.of(wanted.kind(), wanted.publish().now(), path, Optional.of(verdict));
        if (!json && (dryRun || verdict.answer() == Verdict.Answer.INVALID)) {
            println(said(verdict, path));
        }
        return change;
    }

    private static String said(Verdict verdict, ConfigPath path) {
        return switch (verdict.answer()) {
            case VALID -> "valid: the listener of this Karaf would apply it";
            case INVALID -> "invalid: " + verdict.reason();
            case UNCHECKED -> "could not check the content: no listener for " + path.product() + " is installed here";
        };
    }

    /**
     * Reads what is to be published.
     *
     * @param words what stands behind the arguments, without the options that all such changes have
     * @throws IOException if a file cannot be read
     */
    abstract Wanted wanted(SignedStore store, ConfigPath path, List<String> words) throws IOException, CommandException;
}
