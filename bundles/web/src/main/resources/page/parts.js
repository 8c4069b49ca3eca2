// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** Parts that several sections use. */

import { Component, h } from './lib/preact/preact.module.js';

export { Component, h };

/** A part of a page with a heading. */
export function Card({ title, note, tools, children, class: name }) {
  return h('section', { class: `card ${name || ''}` },
    title && h('header', { class: 'card-head' },
      h('div', null, h('h2', null, title), note && h('p', { class: 'note' }, note)),
      tools && h('div', { class: 'tools' }, tools)),
    children);
}

/** Says that there is nothing to show, and why. */
export function Empty({ children }) {
  return h('p', { class: 'empty' }, children);
}

/** Says that a part of Karst is not running. */
export function Missing({ what, reason }) {
  return h('div', { class: 'missing', role: 'status' },
    h('strong', null, what), h('span', null, reason));
}

/** Links that save what is shown. */
export function Downloads({ path }) {
  const sign = path.includes('?') ? '&' : '?';
  return h('span', { class: 'downloads' }, 'Save as ',
    h('a', { href: `${path}${sign}format=csv`, download: '' }, 'CSV'), ' ',
    h('a', { href: `${path}${sign}format=json`, download: '' }, 'JSON'));
}

/** A browser is slow with more, and nobody reads them. */
const MOST_ROWS = 200;

/**
 * A table that sorts by the column whose heading is pressed. Of many rows the first are shown, and the others when that is asked for.
 * columns: {name, head, cell(row), value(row) to sort by, num: numbers, from: smallest width of the page in which it is shown}
 */
export class Table extends Component {
  constructor(props) {
    super(props);
    this.state = { by: props.by || '', down: true, all: false };
  }

  sorted() {
    const column = this.props.columns.find((each) => each.name === this.state.by);
    if (!column || !column.value) {
      return this.props.rows;
    }
    const sign = this.state.down === Boolean(column.num) ? -1 : 1;
    return [...this.props.rows].sort((one, other) => {
      const a = column.value(one);
      const b = column.value(other);
      return a < b ? -sign : a > b ? sign : 0;
    });
  }

  press(name) {
    this.setState((before) => ({ by: name, down: before.by === name ? !before.down : true }));
  }

  heading(column) {
    const sorted = column.name === this.state.by;
    const direction = this.state.down === Boolean(column.num) ? 'descending' : 'ascending';
    return h('th', { scope: 'col', class: classes(column), 'aria-sort': sorted ? direction : undefined },
      column.value
        ? h('button', { type: 'button', class: 'sort', onClick: () => this.press(column.name) }, column.head,
          h('span', { class: 'arrow', 'aria-hidden': 'true' }, sorted ? (direction === 'descending' ? '↓' : '↑') : ''))
        : column.head);
  }

  render({ caption, columns, rows, rowKey, empty }) {
    if (!rows.length) {
      return h(Empty, null, empty);
    }
    const shown = this.state.all ? rows.length : MOST_ROWS;
    return h('div', { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': caption },
      h('table', null,
        h('caption', { class: 'hidden' }, caption),
        h('thead', null, h('tr', null, columns.map((column) => this.heading(column)))),
        h('tbody', null, this.sorted().slice(0, shown).map((row) => h('tr', { key: rowKey(row) },
          columns.map((column, at) => h(at === 0 ? 'th' : 'td',
            { class: classes(column), scope: at === 0 ? 'row' : undefined }, column.cell(row))))))),
      rows.length > shown && h('p', { class: 'more' }, `${shown} of ${rows.length} rows. `,
        h('button', { type: 'button', onClick: () => this.setState({ all: true }) }, 'Show all')));
  }
}

function classes(column) {
  return [column.num ? 'num' : '', column.from ? `from-${column.from}` : '', column.class || ''].join(' ').trim();
}

/** A bar from 0 to 1. */
export function Bar({ share }) {
  return h('span', { class: 'bar', 'aria-hidden': 'true' },
    h('span', { style: { width: `${Math.max(share > 0 ? 1 : 0, Math.min(1, share) * 100)}%` } }));
}

/** A line of the last minute. */
export function Spark({ values, label }) {
  const width = 96;
  const height = 24;
  const most = Math.max(...values, 0);
  const step = width / Math.max(1, values.length - 1);
  const points = values.map((value, at) =>
    `${(at * step).toFixed(1)},${(height - 2 - (most > 0 ? value / most : 0) * (height - 4)).toFixed(1)}`);
  return h('svg', { class: 'spark', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': label },
    h('polygon', { points: `0,${height} ${points.join(' ')} ${width},${height}` }),
    h('polyline', { points: points.join(' ') }));
}

/** A word with a shape and a colour: the colour alone says nothing. */
export function State({ kind, children }) {
  const sign = { good: '✓', bad: '✕', warn: '!', idle: '…' }[kind];
  return h('span', { class: `state ${kind}` }, h('span', { class: 'sign', 'aria-hidden': 'true' }, sign), children);
}

/** Owners in few words. */
export function owners(list, most = 2) {
  const names = [...new Set(list.map((owner) => `${owner.name || owner.type.toLowerCase()} (${owner.id})`))];
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? ` +${more}` : '');
}
