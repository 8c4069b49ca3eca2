// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** The section "Now". */

import { Chart } from './chart.js';
import { count, lockKey, lockName, lockNames, moment, nanos, percent, seconds, tasks, words } from './format.js';
import { Bar, Card, Component, Downloads, Empty, Missing, Spark, State, Table, h, owners } from './parts.js';

export class Now extends Component {
  constructor(props) {
    super(props);
    this.state = { filter: '', own: false, deleted: false };
  }

  shown(lock) {
    const text = this.state.filter.toLowerCase();
    return (this.state.own || !lock.own) && (this.state.deleted || !lock.gone)
      && (!text || `${lock.map} ${lock.mapId} ${lock.type} ${words(lock.kind)} ${owners(lock.owners, 99)}`.toLowerCase().includes(text));
  }

  render({ now, flow, recent }) {
    return h('div', { class: 'page' },
      h(Verdict, { now }),
      h(Card, { title: 'Start-up stages', note: 'Each stage starts when the one before it is ready.' }, h(Stages, { flow })),
      now && now.available && this.contention(now, recent));
  }

  contention(now, recent) {
    const rows = now.locks.filter((lock) => this.shown(lock));
    const hidden = new Set(now.locks.filter((lock) => !this.shown(lock)).map(lockKey));
    const lines = recent.busiest(6, (lock) => !hidden.has(lockKey(lock)));
    const names = lockNames(lines.map((line) => line.lock));
    return [
      h(Card, { title: 'Waiting tasks', note: 'Mean number of tasks that wait for a lock at the same time, in the last ten minutes.' },
        lines.length
          ? h(Chart, {
            times: [...recent.times],
            series: lines.map((line, at) => ({ name: names[at], values: [...line.values] })),
            label: `Waiting tasks in the last ten minutes; the table has the numbers: ${names.join('; ')}`,
          })
          : h(Empty, null, 'No task has waited for a lock in the last ten minutes.')),
      h(Card, {
        title: 'Hottest locks',
        note: 'Waiting now first. A lock is hot if tasks wait for it during 1 % of the time.',
        tools: [this.tools(), h(Downloads, { path: 'api/v1/now' })],
      }, h(Table, {
        caption: 'Hottest locks', rows, rowKey: lockKey, columns: columns(recent),
        empty: this.state.filter ? 'No lock matches the filter.' : 'No lock was waited for since tracing began.',
      })),
      h(Unseen, { now }),
    ];
  }

  tools() {
    return [
      h('label', { class: 'filter' }, h('span', { class: 'hidden' }, 'Filter by map, lock or owner'),
        h('input', {
          type: 'search', placeholder: 'Filter: map, lock, owner', value: this.state.filter,
          onInput: (event) => this.setState({ filter: event.target.value }),
        })),
      this.check('own', 'Karst’s own'),
      this.check('deleted', 'Deleted'),
    ];
  }

  check(name, text) {
    return h('label', { class: 'check' },
      h('input', { type: 'checkbox', checked: this.state[name], onChange: (event) => this.setState({ [name]: event.target.checked }) }),
      text);
  }
}

function columns(recent) {
  return [
    {
      name: 'map', head: 'Map', value: (lock) => lock.map,
      cell: (lock) => [
        lock.gone ? h('span', { class: 'name' }, lock.map || `map ${lock.mapId}`)
          : h('a', { class: 'name', href: `#maps/${lock.mapId}` }, lock.map || `map ${lock.mapId}`),
        h('span', { class: 'sub' }, lock.gone ? 'deleted' : `${lock.type}, id ${lock.mapId}`)],
    },
    {
      name: 'lock', head: 'Lock', value: (lock) => words(lock.kind),
      cell: (lock) => [words(lock.kind), ' ', lock.hot && h('span', { class: 'hot' }, 'hot')],
    },
    { name: 'minute', head: 'Last minute', from: 'm', cell: (lock) => h(Spark, { values: recent.minute(lock), label: `Last minute of ${lockName(lock)}` }) },
    {
      name: 'waiting', head: 'Waiting', num: true, value: (lock) => lock.nowWaiting,
      cell: (lock) => [h(Bar, { share: lock.nowWaiting }), h('span', { class: 'figure' }, tasks(lock.nowWaiting))],
    },
    {
      name: 'cpu', head: 'CPUs lost', num: true, value: (lock) => lock.nowCpuShare ?? -1,
      cell: (lock) => (lock.nowCpuShare === null ? 'asleep' : percent(lock.nowCpuShare)),
    },
    { name: 'rate', head: 'Waits/s', num: true, from: 'm', value: (lock) => lock.nowPerSecond, cell: (lock) => count(lock.nowPerSecond) },
    { name: 'total', head: 'Total wait', num: true, from: 'm', value: (lock) => lock.totalNanos, cell: (lock) => nanos(lock.totalNanos) },
    { name: 'p99', head: 'p99', num: true, from: 'm', value: (lock) => lock.p99Nanos, cell: (lock) => nanos(lock.p99Nanos) },
    { name: 'max', head: 'Longest', num: true, from: 'l', value: (lock) => lock.maxNanos, cell: (lock) => nanos(lock.maxNanos) },
    {
      name: 'owners', head: 'Owners', from: 'l', class: 'owners', value: (lock) => owners(lock.owners, 1),
      cell: (lock) => owners(lock.owners) || 'not known',
    },
  ];
}

/** The answer in one sentence. */
function Verdict({ now }) {
  if (!now) {
    return h('section', { class: 'verdict idle' }, h('h1', null, 'Reading the counters …'));
  }
  if (!now.available) {
    return h('section', { class: 'verdict warn' }, h('h1', null, 'Contention is not measured now'), h('p', null, now.reason));
  }
  const hot = now.locks.some((lock) => lock.hot && !lock.own && !lock.gone);
  const seen = now.visibility.every((family) => family.visibility === 'FULL');
  return h('section', { class: `verdict ${hot ? 'bad' : seen ? 'good' : 'idle'}` },
    h('h1', null, now.summary),
    now.advice && h('p', { class: 'advice' }, h('b', null, 'What to change: '), now.advice),
    h('p', null, `Measured over the last ${seconds(Math.max(0, (Date.parse(now.to) - Date.parse(now.nowFrom)) / 1000))}. `
      + `Counting since ${moment(now.from)}, for ${seconds(Math.max(0, (Date.parse(now.to) - Date.parse(now.from)) / 1000))}.`
      + (now.cost ? ` Karst itself takes ${percent(now.cost.cpuShare)} of a CPU in the kernel.` : '')));
}

const SIGNS = { READY: 'good', WAITING: 'idle', FAILED: 'bad' };
const WORDS = { READY: 'ready', WAITING: 'waiting', FAILED: 'failed' };

/** The stages as a chain. */
export function Stages({ flow }) {
  if (!flow) {
    return h(Empty, null, 'Asking for the stages …');
  }
  if (!flow.stages.length) {
    return h(Missing, { what: 'The stages are not known.', reason: 'Bundle io.karst.flow is not started.' });
  }
  const chain = flow.stages.filter((stage) => stage.order > 0);
  const beside = flow.stages.filter((stage) => stage.order === 0);
  return [
    h('ol', { class: 'flow' }, chain.map((stage) => h(Stage, { stage, key: stage.name }))),
    beside.length > 0 && h('ul', { class: 'flow beside' }, beside.map((stage) => h(Stage, { stage, key: stage.name }))),
  ];
}

function Stage({ stage }) {
  const detail = stage.lastError || (stage.waitingFor.length && `waiting for ${stage.waitingFor.join(', ')}`);
  return h('li', { class: SIGNS[stage.state] },
    h('span', { class: 'stage' }, stage.name),
    h(State, { kind: SIGNS[stage.state] },
      stage.state === 'READY' ? `ready after ${stage.durationMillis ? nanos(stage.durationMillis * 1e6) : 'less than 1 ms'}` : WORDS[stage.state]),
    stage.state !== 'READY' && detail && h('span', { class: 'detail' }, detail));
}

/** What cannot be measured here. */
function Unseen({ now }) {
  const lost = Object.entries(now.lost).filter(([, events]) => events > 0);
  const limits = now.visibility.filter((family) => family.visibility !== 'FULL');
  if (!lost.length && !limits.length && !now.blindSpots.length) {
    return h(Card, { title: 'What cannot be seen' }, h(Empty, null, 'This kernel reports every wait on the locks of every traced map.'));
  }
  return h(Card, { title: 'What cannot be seen', note: 'A 0 above always means zero; what follows is missing from it.' },
    h('ul', { class: 'plain' },
      [...new Set([...limits.map((family) => family.limit), ...now.blindSpots])].map((text) => h('li', null, text)),
      lost.map(([reason, events]) => h('li', null, `${count(events)} ${events === 1 ? 'event was' : 'events were'} lost: ${words(reason)}`))));
}
