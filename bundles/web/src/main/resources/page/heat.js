// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** What happened when, as colours: waits by duration or by single lock. */

import { colour } from './chart.js';
import { count, moment, nanos, seconds, singleLock, tasks } from './format.js';
import { Component, h } from './parts.js';

const BOTTOM = 26;
const ROW = 16;
const WIDEST_LABEL = 170;

/** Shortest wait of a histogram's bucket, ns. */
export function lowest(bucket) {
  return bucket === 0 ? 0 : 2 ** bucket;
}

/** What a bucket counts, in words. */
export function range(bucket, buckets) {
  return bucket === buckets - 1 ? `${nanos(lowest(bucket))} and longer` : `${nanos(lowest(bucket))} to ${nanos(2 ** (bucket + 1))}`;
}

/** First and last bucket with waits; null without any. */
export function used(steps) {
  let first = Infinity;
  let last = -1;
  for (const step of steps) {
    step.histogram.forEach((waits, bucket) => {
      if (waits > 0) {
        first = Math.min(first, bucket);
        last = Math.max(last, bucket);
      }
    });
  }
  return last < 0 ? null : { first, last };
}

/** Steps put together, so that at most so many columns are left: [{from, to, values}]. */
function columns(steps, most) {
  const each = Math.ceil(steps.length / most);
  const result = [];
  for (let at = 0; at < steps.length; at += each) {
    const group = steps.slice(at, at + each);
    const values = group[0].values.map((_, row) => group.reduce((sum, step) => sum + step.values[row], 0));
    result.push({ from: group[0].from, to: group[group.length - 1].to, values });
  }
  return result;
}

function ramp() {
  return [1, 2, 3, 4, 5].map((at) => parse(colour(`--heat-${at}`)));
}

function parse(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** A colour for a share from 0 to 1. */
function shade(stops, share) {
  const place = Math.min(stops.length - 1.0001, Math.max(0, share) * (stops.length - 1));
  const at = Math.floor(place);
  const part = place - at;
  return `rgb(${stops[at].map((low, i) => Math.round(low + (stops[at + 1][i] - low) * part)).join(',')})`;
}

const dark = matchMedia('(prefers-color-scheme: dark)');

/** Waits by duration. steps: of the history; selected and onSelect: see HeatMap. */
export function DurationHeat({ steps, selected, onSelect }) {
  const { first, last } = used(steps);
  const buckets = steps[0].histogram.length;
  const every = Math.max(1, Math.ceil((last - first + 1) / 10));
  const rows = [];
  for (let bucket = last; bucket >= first; bucket--) {
    rows.push({ label: (bucket - first) % every ? '' : nanos(lowest(bucket)), name: range(bucket, buckets) });
  }
  return h(HeatMap, {
    steps: steps.map((step) => ({ from: step.from, to: step.to, values: step.histogram.slice(first, last + 1).reverse() })),
    rows, selected, onSelect,
    label: 'Waits by duration and time.', head: 'Waits of', legend: ['few', 'many waits'],
    weigh: Math.log1p, figure: (waits) => count(waits), tell: (waits, name) => `${count(waits)} waits of ${name}`,
  });
}

/** Waits by single lock. single: of the history, in the order of its rows. */
export function LockHeat({ steps, single, selected, onSelect }) {
  const length = (cell) => (cell.to - cell.from) / 1000;
  const figure = (waited, cell) => tasks(waited / length(cell));
  return h(HeatMap, {
    steps: steps.map((step, at) => ({ from: step.from, to: step.to, values: single.map((lock) => lock.waiting[at] * length(step)) })),
    rows: single.map((lock) => ({ label: singleLock(lock), name: singleLock(lock) })),
    selected, onSelect,
    label: 'Waits by single lock and time.', head: 'Waiting tasks', legend: ['short', 'long total wait'],
    weigh: Math.sqrt, figure,
    tell: (waited, name, cell) => `${name}: ${figure(waited, cell)} tasks waiting, ${seconds(waited)} in all`,
  });
}

/**
 * A heat map, with its numbers as a table.
 * steps: [{from, to, values}], in ms, a value for each row; rows: [{label, name}], from the top, an empty label is not drawn;
 * weigh(value): what its colour is proportional to; figure(value, cell): as a number; tell(value, name, cell): in words;
 * head: of the table; selected: {from, to} in ms or null; onSelect(from, to, finished): a range was chosen, in ms; onSelect(null): none
 */
export class HeatMap extends Component {
  constructor(props) {
    super(props);
    this.state = { hint: '' };
    this.draw = this.draw.bind(this);
    this.move = this.move.bind(this);
  }

  componentDidMount() {
    this.canvas = this.base.querySelector('canvas');
    this.resized = new ResizeObserver(this.draw);
    this.resized.observe(this.base);
    dark.addEventListener('change', this.draw);
    this.draw();
  }

  componentDidUpdate() {
    this.draw();
  }

  componentWillUnmount() {
    this.resized.disconnect();
    dark.removeEventListener('change', this.draw);
  }

  /** Sizes that drawing and pointing share. */
  layout() {
    const { rows, steps } = this.props;
    const width = Math.max(240, this.base.clientWidth);
    const pen = this.canvas.getContext('2d');
    pen.font = `12px ${colour('--font')}`;
    const widest = Math.max(...rows.map((row) => pen.measureText(row.label).width));
    const left = Math.ceil(Math.min(widest, WIDEST_LABEL, width * 0.36)) + 10;
    const cells = columns(steps, Math.max(1, Math.floor((width - left) / 4)));
    return { width, left, cells, rows: rows.length, column: (width - left) / cells.length };
  }

  draw() {
    if (!this.canvas) {
      return;
    }
    const at = this.layout();
    this.at = at;
    const height = at.rows * ROW + BOTTOM;
    const sharp = window.devicePixelRatio || 1;
    this.canvas.width = at.width * sharp;
    this.canvas.height = height * sharp;
    this.canvas.style.height = `${height}px`;
    const pen = this.canvas.getContext('2d');
    pen.scale(sharp, sharp);
    pen.font = `12px ${colour('--font')}`;
    this.cells(pen, at);
    this.labels(pen, at);
    this.selection(pen, at);
  }

  cells(pen, at) {
    const stops = ramp();
    const none = colour('--heat-0');
    const most = this.props.weigh(Math.max(...at.cells.map((cell) => Math.max(...cell.values))));
    at.cells.forEach((cell, x) => cell.values.forEach((value, row) => {
      pen.fillStyle = value > 0 ? shade(stops, this.props.weigh(value) / most) : none;
      pen.fillRect(at.left + x * at.column, row * ROW, at.column > 6 ? at.column - 1 : at.column + 0.3, ROW - 1);
    }));
  }

  labels(pen, at) {
    pen.fillStyle = colour('--muted');
    pen.textBaseline = 'middle';
    pen.textAlign = 'right';
    this.props.rows.forEach((row, place) => pen.fillText(row.label, at.left - 8, place * ROW + ROW / 2, at.left - 10));
    pen.textBaseline = 'alphabetic';
    const marks = Math.max(1, Math.floor((at.width - at.left) / 120));
    for (let mark = 0; mark <= marks; mark++) {
      const x = Math.min(at.cells.length - 1, Math.round(mark * at.cells.length / marks));
      pen.textAlign = mark === 0 ? 'left' : mark === marks ? 'right' : 'center';
      pen.fillText(moment(at.cells[x].from).slice(-8), mark === marks ? at.width : at.left + x * at.column,
        at.rows * ROW + 18);
    }
  }

  selection(pen, at) {
    const chosen = this.props.selected;
    if (!chosen) {
      return;
    }
    const first = at.cells.findIndex((cell) => cell.to > chosen.from);
    const last = at.cells.findLastIndex((cell) => cell.from < chosen.to);
    if (first < 0 || last < first) {
      return;
    }
    pen.strokeStyle = colour('--text');
    pen.lineWidth = 2;
    pen.strokeRect(at.left + first * at.column + 1, 1, (last - first + 1) * at.column - 2, at.rows * ROW - 2);
  }

  cellAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = Math.floor((event.clientX - box.left - this.at.left) / this.at.column);
    return { x: Math.max(0, Math.min(this.at.cells.length - 1, x)), row: Math.floor((event.clientY - box.top) / ROW) };
  }

  down(event) {
    this.anchor = this.cellAt(event).x;
    this.head = this.tail = this.anchor;
    this.canvas.setPointerCapture(event.pointerId);
  }

  move(event) {
    const { x, row } = this.cellAt(event);
    const cell = this.at.cells[x];
    if (row >= 0 && row < this.at.rows) {
      this.setState({ hint: `${moment(cell.from)}: ${this.props.tell(cell.values[row], this.props.rows[row].name, cell)}` });
    }
    if (this.anchor !== undefined) {
      this.choose(this.anchor, x);
    }
  }

  up(event) {
    if (this.anchor !== undefined) {
      this.choose(this.anchor, this.cellAt(event).x);
      this.anchor = undefined;
      this.props.onSelect(this.chosen.from, this.chosen.to, true);
    }
  }

  choose(one, other) {
    const from = this.at.cells[Math.min(one, other)].from;
    const to = this.at.cells[Math.max(one, other)].to;
    this.chosen = { from, to };
    this.props.onSelect(from, to, false);
  }

  key(event) {
    if (event.key === 'Escape') {
      this.props.onSelect(null);
      return;
    }
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) {
      return;
    }
    event.preventDefault();
    const end = this.at.cells.length - 1;
    const before = this.props.selected && this.head !== undefined ? this.head : end + 1;
    this.head = Math.max(0, Math.min(end, before + step));
    this.tail = event.shiftKey && this.tail !== undefined ? this.tail : this.head;
    this.choose(this.tail, this.head);
    this.props.onSelect(this.chosen.from, this.chosen.to, true);
  }

  render({ label, legend }, { hint }) {
    return h('div', { class: 'heat' },
      h('canvas', {
        tabindex: '0', role: 'img',
        'aria-label': `${label} The arrow keys choose a time, with Shift a range, Escape none. The table below has the numbers.`,
        onPointerDown: (event) => this.down(event),
        onPointerMove: this.move,
        onPointerUp: (event) => this.up(event),
        onPointerLeave: () => this.setState({ hint: '' }),
        onKeyDown: (event) => this.key(event),
      }),
      h('div', { class: 'heat-foot' },
        h('span', { class: 'legend' }, legend[0], h('span', { class: 'ramp', 'aria-hidden': 'true' }), legend[1]),
        h('span', { class: 'note' }, hint || 'Drag, or use the arrow keys, to choose a range of time.')),
      h('details', null, h('summary', null, 'The same numbers as a table'),
        h(Numbers, this.props)));
  }
}

/** The numbers of a heat map, in at most twelve parts of the time. */
function Numbers({ steps, rows, head, label, figure }) {
  const parts = columns(steps, 12);
  return h('div', { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': label },
    h('table', null,
      h('thead', null, h('tr', null, h('th', { scope: 'col' }, head),
        parts.map((part) => h('th', { scope: 'col', class: 'num' }, `from ${moment(part.from).slice(-8)}`)))),
      h('tbody', null, rows.map((row, at) => h('tr', null,
        h('th', { scope: 'row' }, row.name),
        parts.map((part) => h('td', { class: 'num' }, figure(part.values[at], part))))))));
}
