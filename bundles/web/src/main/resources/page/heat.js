// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** Waits by duration and time, as colours. */

import { colour } from './chart.js';
import { count, moment, nanos } from './format.js';
import { Component, h } from './parts.js';

const LEFT = 64;
const BOTTOM = 26;
const ROW = 16;

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

/** Steps put together, so that at most so many columns are left: [{from, to, histogram}]. */
export function columns(steps, most) {
  const each = Math.ceil(steps.length / most);
  const result = [];
  for (let at = 0; at < steps.length; at += each) {
    const group = steps.slice(at, at + each);
    const histogram = group[0].histogram.map((_, bucket) => group.reduce((sum, step) => sum + step.histogram[bucket], 0));
    result.push({ from: group[0].from, to: group[group.length - 1].to, histogram });
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

/**
 * The heat map.
 * steps: of the history; selected: {from, to} in ms or null; onSelect(from, to): a range was chosen, in ms; onSelect(null): none
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
    const buckets = used(this.props.steps);
    const width = Math.max(240, this.base.clientWidth);
    const cells = columns(this.props.steps, Math.max(1, Math.floor((width - LEFT) / 4)));
    return { ...buckets, width, cells, rows: buckets.last - buckets.first + 1, column: (width - LEFT) / cells.length };
  }

  draw() {
    if (!this.canvas || !used(this.props.steps)) {
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
    const most = Math.log1p(Math.max(...at.cells.map((cell) => Math.max(...cell.histogram))));
    at.cells.forEach((cell, x) => {
      for (let bucket = at.first; bucket <= at.last; bucket++) {
        const waits = cell.histogram[bucket];
        pen.fillStyle = waits > 0 ? shade(stops, Math.log1p(waits) / most) : colour('--heat-0');
        pen.fillRect(LEFT + x * at.column, (at.last - bucket) * ROW,
          at.column > 6 ? at.column - 1 : at.column + 0.3, ROW - 1);
      }
    });
  }

  labels(pen, at) {
    pen.fillStyle = colour('--muted');
    pen.textBaseline = 'middle';
    pen.textAlign = 'right';
    const every = Math.max(1, Math.ceil(at.rows / 10));
    for (let bucket = at.first; bucket <= at.last; bucket += every) {
      pen.fillText(nanos(lowest(bucket)), LEFT - 8, (at.last - bucket) * ROW + ROW / 2);
    }
    pen.textBaseline = 'alphabetic';
    const marks = Math.max(1, Math.floor((at.width - LEFT) / 120));
    for (let mark = 0; mark <= marks; mark++) {
      const x = Math.min(at.cells.length - 1, Math.round(mark * at.cells.length / marks));
      pen.textAlign = mark === 0 ? 'left' : mark === marks ? 'right' : 'center';
      pen.fillText(moment(at.cells[x].from).slice(-8), mark === marks ? at.width : LEFT + x * at.column,
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
    pen.strokeRect(LEFT + first * at.column + 1, 1, (last - first + 1) * at.column - 2, at.rows * ROW - 2);
  }

  cellAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = Math.floor((event.clientX - box.left - LEFT) / this.at.column);
    const row = Math.floor((event.clientY - box.top) / ROW);
    return { x: Math.max(0, Math.min(this.at.cells.length - 1, x)), bucket: this.at.last - row };
  }

  down(event) {
    this.anchor = this.cellAt(event).x;
    this.head = this.tail = this.anchor;
    this.canvas.setPointerCapture(event.pointerId);
  }

  move(event) {
    const { x, bucket } = this.cellAt(event);
    const cell = this.at.cells[x];
    if (bucket >= this.at.first && bucket <= this.at.last) {
      this.setState({ hint: `${moment(cell.from)}: ${count(cell.histogram[bucket])} waits of ${range(bucket, cell.histogram.length)}` });
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

  render({ steps }, { hint }) {
    const buckets = used(steps);
    return h('div', { class: 'heat' },
      h('canvas', {
        tabindex: '0', role: 'img',
        'aria-label': 'Waits by duration and time. The arrow keys choose a time, with Shift a range, Escape none.'
          + ' The table below has the numbers.',
        onPointerDown: (event) => this.down(event),
        onPointerMove: this.move,
        onPointerUp: (event) => this.up(event),
        onPointerLeave: () => this.setState({ hint: '' }),
        onKeyDown: (event) => this.key(event),
      }),
      h('div', { class: 'heat-foot' },
        h('span', { class: 'legend' }, 'few', h('span', { class: 'ramp', 'aria-hidden': 'true' }), 'many waits'),
        h('span', { class: 'note' }, hint || 'Drag, or use the arrow keys, to choose a range of time.')),
      h('details', null, h('summary', null, 'The same numbers as a table'),
        h(Numbers, { steps, buckets })));
  }
}

/** Waits by duration, in at most twelve parts of the time. */
function Numbers({ steps, buckets }) {
  const parts = columns(steps, 12);
  const rows = [];
  for (let bucket = buckets.last; bucket >= buckets.first; bucket--) {
    rows.push(bucket);
  }
  return h('div', { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': 'Waits by duration and time' },
    h('table', null,
      h('thead', null, h('tr', null, h('th', { scope: 'col' }, 'Waits of'),
        parts.map((part) => h('th', { scope: 'col', class: 'num' }, `from ${moment(part.from).slice(-8)}`)))),
      h('tbody', null, rows.map((bucket) => h('tr', null,
        h('th', { scope: 'row' }, range(bucket, parts[0].histogram.length)),
        parts.map((part) => h('td', { class: 'num' }, count(part.histogram[bucket]))))))));
}
