// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** The section "Time". */

import { Chart } from './chart.js';
import { count, lockKey, lockName, lockNames, moment, nanos, percent, seconds, singleLock, tasks, words } from './format.js';
import { DurationHeat, LockHeat, lowest, range, used } from './heat.js';
import { Bar, Card, Component, Downloads, Empty, Missing, Table, h } from './parts.js';

const RANGES = [['10m', '10 min', 600], ['1h', '1 h', 3600], ['2h', '2 h', 7200], ['24h', '24 h', 86400]];
const MOST_CHARTS = 12;
const REFRESH = { '10m': 5000, '1h': 15000, '2h': 15000, '24h': 60000 };

export class Time extends Component {
  constructor(props) {
    super(props);
    this.state = { range: '10m', map: props.map || '', history: null, part: null, selected: null, error: '' };
  }

  componentDidMount() {
    this.load();
  }

  componentWillUnmount() {
    clearTimeout(this.timer);
    this.gone = true;
  }

  componentDidUpdate(before) {
    if (before.map !== this.props.map) {
      this.choose({ map: this.props.map || '' });
    }
  }

  choose(what) {
    this.setState({ ...what, history: null, part: null, selected: null }, () => this.load());
  }

  /** Everything in the range, again while nothing is selected: what somebody reads does not move. */
  async load() {
    clearTimeout(this.timer);
    const length = RANGES.find(([name]) => name === this.state.range)[2];
    const asked = `${this.state.range} ${this.state.map}`;
    try {
      if (!this.state.selected && !document.hidden) {
        const now = Date.now();
        const history = await this.ask(now - length * 1000, now);
        if (!this.gone && !this.state.selected && asked === `${this.state.range} ${this.state.map}`) {
          this.setState({ history, error: '' });
        }
      }
    } catch (failure) {
      this.setState({ error: String(failure.message) });
    }
    if (!this.gone) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.load(), REFRESH[this.state.range]);
    }
  }

  path(from, to) {
    const map = this.state.map ? `&map=${encodeURIComponent(this.state.map)}` : '';
    return `api/v1/history?from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}${map}`;
  }

  ask(from, to) {
    return this.props.ask(this.path(from, to));
  }

  async select(from, to, finished) {
    if (from === null) {
      this.setState({ selected: null, part: null });
      this.load();
      return;
    }
    this.setState({ selected: { from, to } });
    if (finished) {
      try {
        const part = await this.ask(from + 1, to);
        if (!this.gone && this.state.selected && this.state.selected.from === from && this.state.selected.to === to) {
          this.setState({ part });
        }
      } catch (failure) {
        this.setState({ error: String(failure.message) });
      }
    }
  }

  render({ maps }, { history, error }) {
    return h('div', { class: 'page' },
      h('div', { class: 'page-head' }, h('h1', null, 'Time'), h('div', { class: 'tools' }, this.ranges(), this.maps(maps))),
      error && h(Missing, { what: 'The history cannot be read.', reason: error }),
      !history && !error && h(Empty, null, 'Reading the history …'),
      history && !history.available && h(Missing, { what: 'There is no history.', reason: history.reason }),
      history && history.available && this.content(history));
  }

  ranges() {
    return h('div', { class: 'choice', role: 'group', 'aria-label': 'Range' }, RANGES.map(([name, text]) =>
      h('button', {
        type: 'button', 'aria-pressed': String(this.state.range === name), onClick: () => this.choose({ range: name }),
      }, text)));
  }

  maps(maps) {
    return h('label', null, h('span', { class: 'hidden' }, 'Map'),
      h('select', { value: this.state.map, onChange: (event) => this.choose({ map: event.target.value }) },
        h('option', { value: '' }, 'All maps'),
        this.state.map && !maps.some((map) => String(map.id) === this.state.map)
          && h('option', { value: this.state.map }, `map ${this.state.map}`),
        maps.filter((map) => map.locks > 0).map((map) => h('option', { value: String(map.id) }, `${map.name || 'map'} (${map.id})`))));
  }

  content(history) {
    const { selected } = this.state;
    const part = selected && this.state.part ? this.state.part : history;
    const buckets = used(history.steps);
    if (!buckets) {
      return h(Card, null, h(Empty, null, history.steps.length
        ? `No task waited for a lock between ${moment(history.from)} and ${moment(history.to)}.`
        : 'Nothing was recorded in this range. The history begins when the bundle starts.'));
    }
    const series = history.series.slice(0, 6);
    const names = lockNames(series);
    const single = waited(history.single);
    const onSelect = (begin, end, finished) => this.select(begin, end, finished);
    const from = selected ? selected.from : Date.parse(history.from);
    const to = selected ? selected.to : Date.parse(history.to);
    return [
      h(Card, { title: 'Waiting tasks', note: 'Mean number of tasks that wait for a lock at the same time. Drag to choose a range.' },
        h(Chart, {
          times: history.steps.map((step) => step.to / 1000),
          series: series.map((line, at) => ({ name: names[at], values: line.waiting })),
          label: `Waiting tasks over time: ${names.join('; ')}`,
          onSelect: (begin, end) => this.select(begin * 1000, end * 1000, true),
        })),
      this.state.map
        ? h(Card, {
          title: 'Which of its locks',
          note: 'Time waited by single lock and time, the longest waited first. A step keeps the longest waited locks; the rest is in the last row.',
        }, single.length
          ? h(LockHeat, { steps: history.steps, single, selected, onSelect })
          : h(Empty, null, 'No single locks were recorded in this range.'))
        : h(Card, { title: 'Each map', note: 'Waiting tasks, each chart with a scale of its own. Choose a map to see which of its locks.' },
          h(MapCharts, { history })),
      h(Card, { title: 'How long they waited', note: 'Number of waits by duration and time.' },
        h(DurationHeat, { steps: history.steps, selected, onSelect })),
      h(Card, {
        title: selected ? 'Chosen range' : 'Whole range',
        note: h('output', null, `${moment(from)} to ${moment(to)}, ${seconds((to - from) / 1000)}`),
        tools: [
          selected && h('button', { type: 'button', onClick: () => this.select(null) }, 'Show the whole range'),
          h(Downloads, { path: this.path(from, to) }),
        ],
      }, h('div', { class: 'two' },
        h('div', { class: 'stack' }, h(Locks, { part }), part.single.length > 0 && h(SingleLocks, { single: waited(part.single) })),
        h(Durations, { part }))),
    ];
  }
}

/** A small chart for each map, the longest waited first. */
function MapCharts({ history }) {
  const maps = new Map();
  for (const line of history.series.filter((each) => each.mapId !== 0)) {
    const before = maps.get(line.mapId);
    maps.set(line.mapId, {
      line, values: before ? before.values.map((value, at) => value + line.waiting[at]) : line.waiting,
    });
  }
  return h('div', { class: 'small-charts' }, [...maps.values()].slice(0, MOST_CHARTS).map(({ line, values }) => {
    const name = line.map || `map ${line.mapId}`;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return h('section', { key: line.mapId },
      h('h3', null, h('a', { href: `#time?map=${line.mapId}` }, name), ' ',
        h('span', { class: 'note' }, `${line.type}, id ${line.mapId}; ${tasks(mean)} on average`)),
      h(Chart, {
        small: true, times: history.steps.map((step) => step.to / 1000), series: [{ name, values }],
        label: `Tasks that wait for locks of ${name} over time; ${tasks(mean)} on average`,
      }));
  }));
}

/** Without the row of all others if nobody waited for them. */
function waited(single) {
  return single.filter((lock) => lock.count > 0);
}

function SingleLocks({ single }) {
  return h('div', null, h('h3', null, 'Single locks'), h(Table, {
    caption: 'Single locks in the range', rows: single, rowKey: (lock) => `${lock.kind}/${lock.index}`, empty: 'No waits in this range.',
    columns: [
      { name: 'lock', head: 'Lock', class: 'whole', cell: singleLock },
      { name: 'total', head: 'Total', num: true, value: (lock) => lock.totalNanos, cell: (lock) => nanos(lock.totalNanos) },
      { name: 'count', head: 'Waits', num: true, value: (lock) => lock.count, cell: (lock) => count(lock.count) },
    ],
  }));
}

function Locks({ part }) {
  return h('div', null, h('h3', null, 'Locks'), h(Table, {
    caption: 'Locks in the range', rows: part.locks, rowKey: lockKey, empty: 'No waits in this range.',
    columns: [
      {
        name: 'lock', head: 'Lock', value: lockName,
        cell: (lock) => [h('span', { class: 'name' }, lock.mapId === 0 ? 'all other locks' : lock.map || `map ${lock.mapId}`),
          lock.mapId !== 0 && h('span', { class: 'sub' }, `${words(lock.kind)}, id ${lock.mapId}`)],
      },
      { name: 'waiting', head: 'Waiting', num: true, value: (lock) => lock.waiting, cell: (lock) => tasks(lock.waiting) },
      { name: 'count', head: 'Waits', num: true, from: 'm', value: (lock) => lock.count, cell: (lock) => count(lock.count) },
      { name: 'total', head: 'Total', num: true, value: (lock) => lock.totalNanos, cell: (lock) => nanos(lock.totalNanos) },
      { name: 'p50', head: 'p50', num: true, from: 'm', value: (lock) => lock.p50Nanos, cell: (lock) => nanos(lock.p50Nanos) },
      { name: 'p99', head: 'p99', num: true, value: (lock) => lock.p99Nanos, cell: (lock) => nanos(lock.p99Nanos) },
      { name: 'max', head: 'Longest', num: true, from: 'm', value: (lock) => lock.maxNanos, cell: (lock) => nanos(lock.maxNanos) },
    ],
  }));
}

function Durations({ part }) {
  const buckets = used(part.steps);
  const sums = part.steps.length ? part.steps[0].histogram.map((_, at) => part.steps.reduce((sum, step) => sum + step.histogram[at], 0)) : [];
  const all = sums.reduce((sum, waits) => sum + waits, 0);
  const rows = buckets ? sums.map((waits, bucket) => ({ waits, bucket })).slice(buckets.first, buckets.last + 1).reverse() : [];
  return h('div', null, h('h3', null, 'Durations'), h(Table, {
    caption: 'Waits by duration', rows, rowKey: (row) => row.bucket, empty: 'No waits in this range.',
    columns: [
      { name: 'range', head: 'Waits of', value: (row) => lowest(row.bucket), cell: (row) => range(row.bucket, sums.length) },
      { name: 'share', head: 'Share', num: true, cell: (row) => [h(Bar, { share: row.waits / all }), h('span', { class: 'figure' }, percent(row.waits / all))] },
      { name: 'waits', head: 'Waits', num: true, value: (row) => row.waits, cell: (row) => count(row.waits) },
    ],
  }));
}
