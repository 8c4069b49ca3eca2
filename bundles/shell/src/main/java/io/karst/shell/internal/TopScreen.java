// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.TextWidth;
import io.karst.component.Units;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.RecentContention;
import io.karst.contention.RecentContention.Load;
import io.karst.locks.OwnMaps;
import io.karst.resource.LockFamily;
import io.karst.resource.MapResource;
import java.nio.charset.Charset;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** Draws {@code karst:top}: exactly as many lines as the terminal has, none wider than it is. */
final class TopScreen {
    private static final int LABEL = 15;
    /** Width of all that a sentence on a hot lock says, with long names. */
    private static final int SENTENCE = 200;
    /** With fewer lines, the table needs the space of the figures above it. */
    private static final int ROOMY = 20;
    /** With less width, a wrapped table or text cannot be read. */
    private static final int TEXT = 30;

    private static final Map<LocksView.Sort, String> SORTED = Map.of(
            LocksView.Sort.NOW, "Now %",
            LocksView.Sort.TOTAL, "Total",
            LocksView.Sort.COUNT, "Waits",
            LocksView.Sort.AVG, "Average",
            LocksView.Sort.MAX, "Max",
            LocksView.Sort.P99, "p99");

    private static final List<String> HELP = List.of(
            "Up, Down, Page Up, Page Down, Home, End",
            "           select a row, scroll a page",
            "Enter      card of the map: owners, locks, the hottest of them",
            "i          details: lost events, what is not measured",
            "< >        sort by the previous or next column, also with Left and Right;",
            "           n now, t total, c number of waits, a average, m longest, p p99",
            "/          show only rows that contain a text: map, id, type, kind of lock,",
            "           owner; Enter keeps the filter, Esc removes it",
            "f          freeze the figures, and go on; also with the space bar",
            "d          show deleted maps, too",
            "o          show Karst's own maps, too",
            "Ctrl-L     draw everything again",
            "q          quit; on a page such as this one: back, also with Esc",
            "",
            "! marks a hot lock: tasks waited for it during 1 % of the last seconds",
            "or more. The bars of all rows have the same scale.");

    /**
     * What does not change while it runs.
     *
     * @param charset of the terminal
     * @param coloured whether to use colours
     * @param host name of this host
     * @param seconds interval
     * @param zone of the times
     * @param homes container or unit of a map's processes, by process id
     */
    record Look(
            Charset charset,
            boolean coloured,
            String host,
            int seconds,
            ZoneId zone,
            Function<MapResource, Map<Integer, String>> homes) {}

    private final Top top;
    private final int width;
    private final int height;
    private final Look look;
    private final Bars bars;
    private final FittingText fitting;
    private final Optional<LocksView> view;
    private final List<AttributedString> head = new ArrayList<>();
    private final List<AttributedString> body = new ArrayList<>();

    TopScreen(Top top, int width, int height, Look look) {
        this.top = top;
        this.width = width;
        this.height = height;
        this.look = look;
        bars = Bars.of(look.charset());
        fitting = new FittingText(look.charset());
        view = top.view();
        head.add(title());
        switch (top.page()) {
            case LOCKS -> {
                figures();
                table();
            }
            case MAP -> map();
            case DETAILS -> details();
            default -> text(HELP);
        }
    }

    /** All lines from top to bottom. */
    List<AttributedString> lines() {
        List<AttributedString> lines = new ArrayList<>(head);
        int from = top.page() == Top.Page.LOCKS ? 0 : Math.min(top.line(), last());
        lines.addAll(body.subList(from, Math.min(body.size(), from + shown())));
        while (lines.size() < height - 1) {
            lines.add(AttributedString.EMPTY);
        }
        lines.subList(Math.max(0, height - 1), lines.size()).clear();
        lines.add(bar(keys(), AttributedStyle.INVERSE));
        return lines;
    }

    /** Lines of the page that fit; rows, if it is the table. */
    int shown() {
        return Math.max(1, height - 1 - head.size());
    }

    /** Largest useful value of {@link Top#line}. */
    int last() {
        return Math.max(
                0,
                top.page() == Top.Page.LOCKS ? view.map(all -> all.all().size()).orElse(0) - 1 : body.size() - shown());
    }

    private AttributedString title() {
        String cpus = view.map(all -> ", " + all.recent().cpus() + (all.recent().cpus() == 1 ? " CPU" : " CPUs"))
                .orElse("");
        String title = "karst:top";
        String left = title + "  " + look.host() + cpus;
        String time = Units.moment(top.reading().at(), Clock.fixed(top.reading().at(), look.zone()));
        String right = top.reading().isNone()
                ? ""
                : top.frozen() ? "FROZEN at " + time : time + ", every " + look.seconds() + " s";
        String start = left.length() + right.length() < width ? left : title;
        int gap = Math.max(1, width - start.length() - right.length());
        return line(start + " ".repeat(gap) + right, AttributedStyle.BOLD);
    }

    private void figures() {
        if (height >= ROOMY) {
            view.ifPresent(this::figures);
        }
        int lines = height < ROOMY ? 1 : Math.min(3, Math.max(1, (SENTENCE + width - 1) / Math.max(1, width)));
        List<String> sentence = TextWidth.wrapped(sentence(), width);
        for (int at = 0; at < lines; at++) {
            String text = at < sentence.size() ? sentence.get(at) : "";
            head.add(line(at == lines - 1 && sentence.size() > lines ? text + " .." : text, AttributedStyle.BOLD));
        }
        if (height >= ROOMY) {
            head.add(AttributedString.EMPTY);
        }
    }

    private String sentence() {
        return view.map(LocksView::summary)
                .orElseGet(() -> top.reading().isNone()
                        ? "Measuring: the first figures come in two seconds."
                        : "Waits are not measured: " + top.reading().problem());
    }

    private void figures(LocksView all) {
        RecentContention recent = all.recent();
        Predicate<Load> spinning = load -> load.kind().family() != LockFamily.MUTEX;
        double lost = Math.min(
                1,
                recent.now().perKind().stream()
                        .mapToDouble(waits -> recent.cpuShare(waits).orElse(0.0))
                        .sum());
        int steps = Math.max(10, Math.min(60, width - 50));
        List<Double> minute = new LastMinute(recent.minute()).waiting(steps, spinning);
        figure(
                "CPU time lost",
                Units.percent(lost) + " % in waits, last minute |" + bars.line(minute, scale(minute)) + "|");
        figure("Lost events", all.lostEvents().isEmpty() ? "none" : all.lostEvents());
        List<String> spots = MapsView.texts(recent.since().blindSpots());
        figure("Not measured", spots.isEmpty() ? "nothing is missing" : String.join("; ", spots));
        figure("Karst itself", cost());
        head.add(AttributedString.EMPTY);
    }

    private String cost() {
        long bytes = top.reading().locks().stream()
                .flatMap(locks -> locks.maps().values().stream())
                .filter(OwnMaps::isOwn)
                .mapToLong(map -> map.info().memoryBytes())
                .sum();
        String readings = Units.percent(top.reading().cost()) + " % ";
        return top.reading()
                .locks()
                .flatMap(LockReading::cost)
                .map(kernel ->
                        CostView.shortText(kernel) + ", " + readings + "in Java, " + Units.bytes(bytes) + " of maps")
                .orElse(readings + "of a CPU for these readings, " + Units.bytes(bytes) + " in its maps");
    }

    private void figure(String label, String text) {
        head.add(AttributedString.join(
                        AttributedString.EMPTY,
                        new AttributedString(label + " ".repeat(LABEL - label.length()), AttributedStyle.BOLD),
                        fitting.line(text, AttributedStyle.DEFAULT, width - LABEL))
                .columnSubSequence(0, width));
    }

    /** At least as high as a hot lock, so that noise looks like noise. */
    private static double scale(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).reduce(RecentContention.HOT, Math::max);
    }

    private void table() {
        view.ifPresent(all -> {
            int fit = Math.max(1, height - head.size() - 2);
            int from = Math.max(0, Math.min(top.line() - fit / 2, all.all().size() - fit));
            table(all.part(from, from + fit), top.line() - from);
        });
    }

    private void table(LocksView part, int selected) {
        List<String> lines = columns(part).lines(part.all(), width);
        head.add(heading(lines.get(0)));
        List<Boolean> hot = part.hot();
        for (int row = 0; row < part.all().size(); row++) {
            AttributedStyle style = hot.get(row) ? hotStyle() : AttributedStyle.DEFAULT;
            String text = lines.get(row + 1);
            body.add(row == selected ? bar(text, style.inverse()) : line(text, style));
        }
    }

    private AttributedStyle hotStyle() {
        return look.coloured() ? AttributedStyle.BOLD.foreground(AttributedStyle.RED) : AttributedStyle.BOLD;
    }

    private AttributedString heading(String text) {
        Pattern sorted =
                Pattern.compile(Pattern.quote(SORTED.getOrDefault(top.choice().sort(), "")));
        return line(text, AttributedStyle.BOLD).styleMatches(sorted, AttributedStyle.BOLD.underline());
    }

    /** Those of karst:locks, with the last minute before the owners. */
    private Columns<LockWaits> columns(LocksView part) {
        LastMinute minute = new LastMinute(part.recent().minute());
        int steps = width < 100 ? 12 : width < 160 ? 16 : 30;
        Function<LockWaits, List<Double>> waiting = row -> minute.waiting(
                steps,
                load -> load.map().equals(row.key()) && Optional.of(load.kind()).equals(row.kind()));
        double scale = part.all().stream()
                .map(waiting)
                .mapToDouble(TopScreen::scale)
                .max()
                .orElse(1);
        List<Column<LockWaits>> columns = new ArrayList<>();
        for (Column<LockWaits> column : part.columns(LocksView.Form.READ).all()) {
            if (column.heading().equals("Owners")) {
                columns.add(Column.<LockWaits>cell("Last minute", row -> bars.line(waiting.apply(row), scale))
                        .dropped(2));
            }
            columns.add(column);
        }
        String none =
                top.filter().text().isEmpty() ? "No contention since tracing began" : "No row contains the filter";
        return new Columns<>(columns, none);
    }

    private void map() {
        Optional<LockWaits> row = top.selected();
        String name = row.map(LockWaits::map).orElse("");
        if (top.map().isEmpty() || top.reading().locks().isEmpty()) {
            text(List.of(top.reading().locks().isEmpty() ? sentence() : "Map " + name + " has been deleted."));
            return;
        }
        LockReading locks = top.reading().locks().get();
        MapResource map = top.map().get();
        text(new MapCard(
                        map,
                        Optional.of(locks.recent()),
                        locks.visibility(),
                        look.homes().apply(map),
                        MapsView.ofOwners(locks.recent().since().blindSpots()),
                        locks.cost())
                .lines(width, bars));
    }

    private void details() {
        List<String> lines = new ArrayList<>();
        lines.add(sentence());
        view.ifPresent(all -> {
            all.advice().ifPresent(advice -> lines.add("What to change: " + advice));
            lines.add("");
            lines.add(all.legend(look.zone()));
            lines.addAll(all.footer());
            lines.add("");
            lines.add("Karst itself: " + cost());
            all.cost().ifPresent(kernel -> lines.add("Its programs: " + CostView.text(kernel)));
        });
        text(lines);
    }

    /** The first line is a title. */
    private void text(List<String> lines) {
        for (String text : lines) {
            List<String> wrapped =
                    width < TEXT || text.length() <= width ? List.of(text) : TextWidth.wrapped(text, width);
            wrapped.forEach(
                    each -> body.add(line(each, body.isEmpty() ? AttributedStyle.BOLD : AttributedStyle.DEFAULT)));
        }
    }

    private String keys() {
        if (top.page() != Top.Page.LOCKS) {
            return " q back  Up, Down scroll  Ctrl-C quit";
        }
        if (top.filter().typing()) {
            return " Filter: " + top.filter().text() + "_   Enter keeps it, Esc removes it";
        }
        String filter = top.filter().text().isEmpty()
                ? "/ filter"
                : "/ filter '" + top.filter().text() + "'";
        return " q quit  ? help  Enter map  < > sort  " + filter + "  f freeze  d deleted  i details";
    }

    /** As wide as the terminal. */
    private AttributedString bar(String text, AttributedStyle style) {
        AttributedString line = line(text, style);
        return new AttributedStringBuilder()
                .append(line)
                .append(" ".repeat(Math.max(0, width - line.columnLength())), style)
                .toAttributedString();
    }

    private AttributedString line(String text, AttributedStyle style) {
        return fitting.line(text, style, width);
    }
}
