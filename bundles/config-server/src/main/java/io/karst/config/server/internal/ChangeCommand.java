// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.PublishedConfig;
import io.karst.remoteconfig.server.SignedRepository;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;

/** A change of one configuration: tells who made it, and waits for the clients if asked to. */
abstract class ChangeCommand extends PathCommand {

    private static final String WAIT = "--wait";
    private static final String TIMEOUT = "--timeout";
    private static final int LONGEST_SECONDS = 3600;
    private static final int LOOK_MILLIS = 250;
    private static final int MOST_LINES = 20;

    /** What was done. */
    enum Kind {
        PUBLISHED("published version %d; targets version %d"),
        REMOVED("removed version %d; targets version %d"),
        ROLLED_BACK("rolled back, as version %d; targets version %d"),
        CHECKED("nothing is published: this would be version %d; targets version %d");

        private final String line;

        Kind(String line) {
            this.line = line;
        }
    }

    /**
     * A change.
     *
     * @param config what was published, or removed, or would be published
     * @param targetsVersion version of the signed list
     * @param check what listeners say of the content; absent if they were not asked
     * @param rollout what clients answered; absent if it was not waited for
     */
    record Change(
            Kind kind,
            PublishedConfig config,
            long targetsVersion,
            Optional<Verdict> check,
            Optional<Rollout> rollout) {

        /** What a repository offers since a change. */
        static Change of(Kind kind, SignedRepository now, ConfigPath path, Optional<Verdict> check) {
            return new Change(kind, now.versions(path).get(0), now.targetsVersion(), check, Optional.empty());
        }

        /** What a repository offers no more. */
        static Change removed(PublishedConfig config, SignedRepository now) {
            return new Change(Kind.REMOVED, config, now.targetsVersion(), Optional.empty(), Optional.empty());
        }

        Change with(Rollout answered) {
            return new Change(kind, config, targetsVersion, check, Optional.of(answered));
        }

        private Rollout rollout(List<Clients.Seen> clients) {
            return kind == Kind.REMOVED
                    ? Rollout.removed(config, targetsVersion, clients)
                    : Rollout.published(config, clients);
        }
    }

    static final Columns<Rollout.Answer> ANSWERS = Columns.fields(List.of(
            Column.field("client", "id of the client, and its name", Rollout.Answer::client),
            Column.field("name", Rollout.Answer::name),
            Column.field(
                    "state",
                    "unacknowledged (it has not answered), acknowledged (applied), error (refused)",
                    answer -> answer.state().name().toLowerCase(Locale.ROOT)),
            Column.field("reason", "why it refused, or what keeps it from answering", Rollout.Answer::reason)));

    static final Columns<Change> CHANGE = Columns.fields(List.of(
            Column.field("change", "PUBLISHED, REMOVED, ROLLED_BACK, or CHECKED with --dry-run", Change::kind),
            Column.field(
                    "product",
                    "product whose listener applies it",
                    change -> change.config().path().product()),
            Column.field(
                    "id",
                    "id among the configurations of a product",
                    change -> change.config().path().id()),
            Column.field(
                    "version",
                    "version that is or would be published, or is removed",
                    change -> change.config().version()),
            Column.field("targetsVersion", "version of the signed list", Change::targetsVersion),
            Column.field(
                    "check",
                    "what the listeners of this Karaf say of the content: VALID, INVALID, UNCHECKED without a listener; null"
                            + " for a removal",
                    change -> change.check().map(Verdict::answer)),
            Column.field("reason", "why it is invalid", change -> change.check().map(Verdict::reason)),
            Column.field(
                    "applied",
                    "number of clients that applied it, refused it, have not answered; null without --wait",
                    counted(Rollout::applied)),
            Column.field("refused", counted(Rollout::refused)),
            Column.field("pending", counted(Rollout::pending)),
            Column.field(
                    "clients",
                    "what each client answered; null without --wait",
                    change -> change.rollout().map(rollout -> ANSWERS.json(rollout.answers())))));

    private static Function<Change, Optional<Long>> counted(Function<Rollout, Long> count) {
        return change -> change.rollout().map(count);
    }

    @Option(
            name = WAIT,
            description =
                    "Wait until all active clients that it is meant for have answered; fail if one did not apply it.")
    private boolean wait;

    @Option(name = TIMEOUT, description = "With --wait: how many seconds to wait, 1 to 3600.")
    private int timeout = 60;

    @Override
    final void run(Services services, ConfigServer server) throws IOException, CommandException, InterruptedException {
        List<String> rest = withoutOptions(rest());
        if (timeout < 1 || timeout > LONGEST_SECONDS) {
            throw new IllegalArgumentException(TIMEOUT + " must be between 1 and " + LONGEST_SECONDS);
        }
        Instant since = server.activeSince();
        Change change = change(services, server.store(), path(), rest);
        if (change.kind() != Kind.CHECKED) {
            Audit.tell(services, change.kind().name(), details(change));
        }
        if (!json) {
            println(String.format(
                    Locale.ROOT, change.kind().line, change.config().version(), change.targetsVersion()));
        }
        if (wait && change.kind() != Kind.CHECKED) {
            change = change.with(await(server, change, since));
        }
        if (json) {
            print(CHANGE.json(change));
        }
        if (change.rollout().isPresent()) {
            judge(change, change.rollout().get());
        }
    }

    private static Map<String, Object> details(Change change) {
        Map<String, Object> details = new TreeMap<>();
        details.put("product", change.config().path().product());
        details.put("id", change.config().path().id());
        details.put("version", change.config().version());
        details.put("targetsVersion", change.targetsVersion());
        change.check().ifPresent(verdict -> details.put("check", verdict.answer()));
        return details;
    }

    /** Karaf reads options only in front of the first argument; people write them behind the last one, too. */
    private List<String> withoutOptions(List<String> words) {
        List<String> left = new ArrayList<>();
        for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) {
            String word = rest.next();
            switch (word) {
                case WAIT -> wait = true;
                case JSON -> json = true;
                case TIMEOUT -> timeout = number(TIMEOUT, rest.hasNext() ? rest.next() : "");
                default -> left.add(word);
            }
        }
        return left;
    }

    private Rollout await(ConfigServer server, Change change, Instant since) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeout);
        Rollout rollout = change.rollout(server.clients().since(since));
        while (!rollout.isComplete() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            rollout = change.rollout(server.clients().since(since));
        }
        return rollout;
    }

    private void judge(Change change, Rollout rollout) throws CommandException {
        String name = name(change.config().path());
        if (rollout.answers().isEmpty()) {
            throw new CommandException(name + " was changed, but within " + timeout
                    + " s no client asked that it is meant for. karst:config-clients lists the clients");
        }
        if (!json) {
            println("applied by " + rollout.applied() + ", refused by " + rollout.refused() + ", pending "
                    + rollout.pending());
            List<Rollout.Answer> others = rollout.answers().stream()
                    .filter(answer -> answer.state() != ApplyState.ACKNOWLEDGED)
                    .toList();
            others.stream().limit(MOST_LINES).forEach(this::print);
            if (others.size() > MOST_LINES) {
                println((others.size() - MOST_LINES) + " more: karst:config-clients lists them");
            }
        }
        if (rollout.refused() + rollout.pending() > 0) {
            throw new CommandException(name + " was changed, but " + rollout.refused() + " of "
                    + rollout.answers().size() + " clients refused it and " + rollout.pending()
                    + " did not answer within " + timeout + " s");
        }
    }

    private void print(Rollout.Answer answer) {
        String name =
                answer.name().isEmpty() || answer.name().equals(answer.client()) ? "" : " (" + answer.name() + ")";
        println(answer.client() + name + " " + answer.state().word()
                + (answer.reason().isEmpty() ? "" : ": " + answer.reason()));
    }

    /** What stands behind the arguments. */
    abstract List<String> rest();

    /**
     * Makes the change.
     *
     * @param rest what stands behind the arguments, without the options that all changes have
     * @throws IOException if a file cannot be read or written
     */
    abstract Change change(Services services, SignedStore store, ConfigPath path, List<String> rest)
            throws IOException, CommandException;
}
