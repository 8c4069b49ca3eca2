// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** The section "Maps". */

import { bytes, count, nanos, singleLock, words } from './format.js';
import { Bar, Card, Component, Downloads, Empty, Missing, Table, h, owners } from './parts.js';

export class Maps extends Component {
  constructor(props) {
    super(props);
    this.state = { filter: '', own: false, map: null, error: '' };
  }

  componentDidMount() {
    this.load();
  }

  componentDidUpdate(before) {
    if (before.id !== this.props.id) {
      this.load();
    }
  }

  async load() {
    const { id, ask } = this.props;
    this.setState({ map: null, error: '' });
    if (id) {
      try {
        const map = await ask(`api/v1/maps/${encodeURIComponent(id)}`);
        if (id === this.props.id) {
          this.setState({ map });
        }
      } catch (failure) {
        this.setState({ error: failure.message });
      }
    }
  }

  render({ id, inventory }) {
    return id ? this.one(id) : this.all(inventory);
  }

  all(inventory) {
    if (!inventory || !inventory.available) {
      return h('div', { class: 'page' }, h('h1', null, 'Maps'), inventory
        ? h(Missing, { what: 'The maps are not known.', reason: inventory.reason })
        : h(Empty, null, 'Reading the maps …'));
    }
    const text = this.state.filter.toLowerCase();
    const rows = inventory.maps.filter((map) => (this.state.own || !map.own)
      && (!text || `${map.name} ${map.id} ${map.type} ${owners(map.owners, 99)} ${map.pins.join(' ')}`.toLowerCase().includes(text)));
    return h('div', { class: 'page' },
      h('div', { class: 'page-head' }, h('h1', null, 'Maps')),
      h(Card, {
        title: `${count(rows.length)} of ${count(inventory.maps.length)} maps`,
        tools: [
          h('label', { class: 'filter' }, h('span', { class: 'hidden' }, 'Filter by name, type, owner or pin'),
            h('input', {
              type: 'search', placeholder: 'Filter: name, type, owner, pin', value: this.state.filter,
              onInput: (event) => this.setState({ filter: event.target.value }),
            })),
          h('label', { class: 'check' }, h('input', {
            type: 'checkbox', checked: this.state.own, onChange: (event) => this.setState({ own: event.target.checked }),
          }), 'Karst’s own'),
          h(Downloads, { path: 'api/v1/maps' }),
        ],
      }, h(Table, { caption: 'Maps', rows, rowKey: (map) => map.id, columns: COLUMNS, by: 'locks', empty: 'No map matches the filter.' })),
      inventory.blindSpots.length > 0 && h(Card, { title: 'What is not known' },
        h('ul', { class: 'plain' }, inventory.blindSpots.map((spot) => h('li', null, spot)))));
  }

  one(id) {
    const { map, error } = this.state;
    return h('div', { class: 'page' },
      h('p', { class: 'back' }, h('a', { href: '#maps' }, '← All maps')),
      error && h(Missing, { what: `Map ${id} cannot be shown.`, reason: error }),
      !map && !error && h(Empty, null, 'Reading the map …'),
      map && !map.available && h(Missing, { what: 'The maps are not known.', reason: map.reason }),
      map && map.available && this.card(map));
  }

  card(map) {
    const most = map.single.length ? map.single[0].totalNanos : 0;
    return [
      h('div', { class: 'page-head' },
        h('h1', null, map.name || `Map ${map.id}`),
        h('a', { class: 'button', href: `#time?map=${map.id}` }, 'Show over time')),
      h(Card, { title: 'About' }, h('dl', null,
        fact('Id', map.id), fact('Type', map.type),
        fact('Entries', count(map.maxEntries)),
        fact('Key and value', `${bytes(map.keyBytes)}, ${bytes(map.valueBytes)}`),
        fact('Memory', map.memoryBytes ? bytes(map.memoryBytes) : 'not known'),
        fact('Programs', names(map, 'PROGRAM')), fact('Processes', names(map, 'PROCESS')),
        fact('Pinned at', map.pins.join(', ') || 'nowhere'))),
      h(Card, { title: 'Its locks', note: 'Reported: how many of their waits this kernel reports. With none, a 0 says nothing.' }, h(Table, {
        caption: 'Kinds of locks', rows: map.kinds, rowKey: (kind) => kind.kind, empty: 'Its locks are not traced.',
        columns: [
          { name: 'kind', head: 'Kind', value: (kind) => kind.kind, cell: (kind) => words(kind.kind) },
          { name: 'locks', head: 'Locks', num: true, value: (kind) => kind.locks, cell: (kind) => count(kind.locks) },
          { name: 'reported', head: 'Reported', value: (kind) => kind.visibility, cell: (kind) => REPORTED[kind.visibility] },
          { name: 'waits', head: 'Waits', num: true, value: (kind) => kind.count ?? -1, cell: (kind) => measured(kind.count, count) },
          {
            name: 'total', head: 'Total wait', num: true, from: 'm', value: (kind) => kind.totalNanos ?? -1,
            cell: (kind) => measured(kind.totalNanos, nanos),
          },
        ],
      })),
      h(Card, {
        title: 'Busiest single locks', note: 'Since tracing began, longest total first.',
        tools: h(Downloads, { path: `api/v1/maps/${map.id}` }),
      }, h(Table, {
        caption: 'Busiest single locks', rows: map.single, rowKey: (lock) => `${lock.kind}/${lock.index}`,
        empty: 'None of its locks was waited for since tracing began.',
        columns: [
          { name: 'lock', head: 'Lock', class: 'whole', cell: singleLock },
          {
            name: 'total', head: 'Total wait', num: true, value: (lock) => lock.totalNanos,
            cell: (lock) => [h(Bar, { share: most ? lock.totalNanos / most : 0 }), h('span', { class: 'figure' }, nanos(lock.totalNanos))],
          },
          { name: 'waits', head: 'Waits', num: true, value: (lock) => lock.count, cell: (lock) => count(lock.count) },
          { name: 'max', head: 'Longest', num: true, from: 'm', value: (lock) => lock.maxNanos, cell: (lock) => nanos(lock.maxNanos) },
        ],
      })),
      h(Advice, { kinds: map.kinds }),
      map.blindSpots.length > 0 && h(Card, { title: 'What is not known' },
        h('ul', { class: 'plain' }, map.blindSpots.map((spot) => h('li', null, spot)))),
    ];
  }
}

const COLUMNS = [
  {
    name: 'name', head: 'Map', value: (map) => map.name,
    cell: (map) => [h('a', { class: 'name', href: `#maps/${map.id}` }, map.name || `map ${map.id}`),
      h('span', { class: 'sub' }, `id ${map.id}`)],
  },
  { name: 'type', head: 'Type', value: (map) => map.type, cell: (map) => map.type },
  { name: 'entries', head: 'Entries', num: true, from: 'm', value: (map) => map.maxEntries, cell: (map) => count(map.maxEntries) },
  {
    name: 'memory', head: 'Memory', num: true, from: 'm', value: (map) => map.memoryBytes,
    cell: (map) => (map.memoryBytes ? bytes(map.memoryBytes) : 'not known'),
  },
  { name: 'locks', head: 'Locks', num: true, value: (map) => map.locks, cell: (map) => count(map.locks) },
  {
    name: 'owners', head: 'Owners', from: 'm', class: 'owners', value: (map) => owners(map.owners, 1),
    cell: (map) => owners(map.owners) || map.pins[0] || 'not known',
  },
];

const REPORTED = { FULL: 'all', PARTIAL: 'some', NOT_TESTED: 'not tested', BLIND: 'none' };

/** A few short waits are no reason to change anything. */
const WORTH_ADVICE = 10e6;

/** For the kinds of locks that were waited for; for all if that is not measured. */
function Advice({ kinds }) {
  const waited = kinds.filter((kind) => kind.totalNanos === null || kind.totalNanos >= WORTH_ADVICE).sort((one, other) => other.totalNanos - one.totalNanos);
  return waited.length > 0 && h(Card, { title: 'What to change' },
    h('ul', { class: 'plain' }, waited.map((kind) => h('li', { key: kind.kind },
      h('b', null, words(kind.kind)), `: taken by ${kind.takenBy}. ${kind.advice}`))));
}

function names(map, type) {
  return owners(map.owners.filter((owner) => owner.type === type), 12) || 'none known';
}

function measured(value, text) {
  return value === null ? 'not measured' : text(value);
}

function fact(name, value) {
  return h('div', null, h('dt', null, name), h('dd', null, String(value)));
}
