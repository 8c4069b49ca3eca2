// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.component.SafeText;
import io.karst.component.Units;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.resource.MapResource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What {@code karst:top} shows, and what a key or a reading makes of it.
 *
 * @param page what fills the screen
 * @param line selected row of {@link Page#LOCKS}; first line shown of any other page
 * @param choice rows and their order
 * @param filter which of them
 * @param frozen whether the reading stays
 * @param selected row that was selected when another page was opened
 * @param reading what was read
 */
record Top(
        Page page,
        int line,
        LockReading.Choice choice,
        Filter filter,
        boolean frozen,
        Optional<LockWaits> selected,
        TopReading reading) {

    /** What fills the screen. */
    enum Page {
        /** The table. */
        LOCKS,
        /** The card of one map. */
        MAP,
        /** What the figures are, and what is missing. */
        DETAILS,
        /** The keys. */
        HELP,
        /** Nothing: the command ends. */
        END
    }

    /**
     * Text that rows contain.
     *
     * @param text empty for all rows
     * @param typing whether it is being typed
     */
    record Filter(String text, boolean typing) {}

    private static final List<LocksView.Sort> SORTS = List.of(LocksView.Sort.values());
    private static final int LONGEST_FILTER = 40;

    /** Before the first reading. */
    static Top of(LockReading.Choice choice) {
        return new Top(
                Page.LOCKS, 0, choice.unlimited(), new Filter("", false), false, Optional.empty(), TopReading.NONE);
    }

    /** Shows a newer reading, unless it is frozen. The selected row stays selected where it moves to. */
    Top read(TopReading newer) {
        return frozen ? this : following(new Top(page, line, choice, filter, false, selected, newer));
    }

    /** The rows of the page {@link Page#LOCKS}; empty if contention could not be read. */
    Optional<LocksView> view() {
        return reading.locks().map(locks -> locks.view(choice).filtered(this::matches));
    }

    private List<LockWaits> rows() {
        return view().map(LocksView::all).orElse(List.of());
    }

    private boolean matches(LockWaits row) {
        Optional<MapResource> map = map(row);
        String all = String.join(
                "\n",
                row.map(),
                String.valueOf(row.mapId()),
                row.type(),
                row.kind().map(Units::words).orElse(""),
                map.map(found -> MapsView.owners(found.owners(), found.pins(), Integer.MAX_VALUE))
                        .orElse("deleted"));
        return all.toLowerCase(Locale.ROOT).contains(filter.text().toLowerCase(Locale.ROOT));
    }

    /** The map of the page {@link Page#MAP}; empty if it has been deleted. */
    Optional<MapResource> map() {
        return selected.flatMap(this::map);
    }

    private Optional<MapResource> map(LockWaits row) {
        return reading.locks().flatMap(locks -> Optional.ofNullable(locks.maps().get(row.mapId())));
    }

    /**
     * What a key makes of it.
     *
     * @param shown lines of the page that fit
     * @param last largest value of {@link #line}
     */
    Top press(TopKey key, int shown, int last) {
        if (key.name() != TopKey.Name.QUIT && filter.typing()) {
            return typed(key);
        }
        return switch (key.name()) {
            case UP -> at(line - 1, last);
            case DOWN -> at(line + 1, last);
            case PAGE_UP -> at(line - shown, last);
            case PAGE_DOWN -> at(line + shown, last);
            case HOME -> at(0, last);
            case END -> at(last, last);
            case LEFT -> nextSort(-1);
            case RIGHT -> nextSort(1);
            case ENTER -> page == Page.LOCKS && !rows().isEmpty() ? open(Page.MAP) : this;
            case ESCAPE, BACKSPACE -> page == Page.LOCKS ? filtered(new Filter("", false)) : open(Page.LOCKS);
            case QUIT -> end();
            case REDRAW -> this;
            case CHARACTER -> character(key.text());
        };
    }

    private Top character(String text) {
        return switch (text) {
            case "q" -> page == Page.LOCKS ? end() : open(Page.LOCKS);
            case "?", "h" -> open(Page.HELP);
            case "i" -> open(Page.DETAILS);
            case "f", " " -> new Top(page, line, choice, filter, !frozen, selected, reading);
            case "/" -> page == Page.LOCKS ? filtered(new Filter(filter.text(), true)) : this;
            case "d" -> choosing(choice.showing(!choice.deleted(), choice.own()));
            case "o" -> choosing(choice.showing(choice.deleted(), !choice.own()));
            case "<" -> nextSort(-1);
            case ">" -> nextSort(1);
            default ->
                SORTS.stream()
                        .filter(sort -> Units.words(sort).startsWith(text))
                        .findFirst()
                        .map(sort -> choosing(choice.sortedBy(sort)))
                        .orElse(this);
        };
    }

    private Top typed(TopKey key) {
        String text = filter.text();
        return switch (key.name()) {
            case ENTER -> filtered(new Filter(text, false));
            case ESCAPE -> filtered(new Filter("", false));
            case BACKSPACE ->
                filtered(new Filter(
                        text.isEmpty() ? "" : text.substring(0, text.offsetByCodePoints(text.length(), -1)), true));
            case CHARACTER ->
                SafeText.isSafe(key.text()) && text.length() < LONGEST_FILTER
                        ? filtered(new Filter(text + key.text(), true))
                        : this;
            default -> this;
        };
    }

    private Top nextSort(int by) {
        return choosing(choice.sortedBy(SORTS.get(Math.floorMod(SORTS.indexOf(choice.sort()) + by, SORTS.size()))));
    }

    private Top choosing(LockReading.Choice changed) {
        return page == Page.LOCKS ? following(new Top(page, line, changed, filter, frozen, selected, reading)) : this;
    }

    private Top filtered(Filter changed) {
        return following(new Top(page, line, choice, changed, frozen, selected, reading));
    }

    private Top at(int wanted, int last) {
        return new Top(page, Math.max(0, Math.min(wanted, last)), choice, filter, frozen, selected, reading);
    }

    /** Nothing more is shown. */
    Top end() {
        return open(Page.END);
    }

    private Top open(Page other) {
        if (page == Page.LOCKS) {
            return new Top(other, 0, choice, filter, frozen, row(line), reading);
        }
        Top opened = new Top(other, 0, choice, filter, frozen, selected, reading);
        return other == Page.LOCKS ? opened.at(index(opened.rows(), selected).orElse(0), Integer.MAX_VALUE) : opened;
    }

    private Optional<LockWaits> row(int index) {
        return rows().stream().skip(index).findFirst();
    }

    /** The same row stays selected; whoever looks at the first one goes on to look at the first one. */
    private Top following(Top changed) {
        if (page != Page.LOCKS || line == 0) {
            return changed;
        }
        List<LockWaits> rows = changed.rows();
        return changed.at(index(rows, row(line)).orElse(line), rows.size() - 1);
    }

    private static OptionalInt index(List<LockWaits> rows, Optional<LockWaits> wanted) {
        return IntStream.range(0, rows.size())
                .filter(i -> wanted.filter(row -> row.key().equals(rows.get(i).key())
                                && row.kind().equals(rows.get(i).kind()))
                        .isPresent())
                .findFirst();
    }
}
