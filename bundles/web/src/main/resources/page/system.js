// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** The sections "Configuration" and "Doctor". */

import { bytes, moment, words } from './format.js';
import { Stages } from './now.js';
import { Card, Component, Downloads, Empty, Missing, State, Table, h } from './parts.js';

/** Asks once when it is shown, and when the button is pressed. */
class Asking extends Component {
  componentDidMount() {
    this.load();
  }

  async load() {
    try {
      this.setState({ ...await this.read(), error: '' });
    } catch (failure) {
      this.setState({ error: failure.message });
    }
  }

  async read() {
    return { found: await this.props.ask(this.path) };
  }

  /** What is there whether or not the rest is. */
  beside() {
    return null;
  }

  render(props, { found, error }) {
    return h('div', { class: 'page' },
      h('div', { class: 'page-head' }, h('h1', null, this.title),
        h('button', { type: 'button', onClick: () => this.load() }, 'Read again')),
      error && h(Missing, { what: 'This cannot be read.', reason: error }),
      !found && !error && h(Empty, null, 'Reading …'),
      found && (found.available === false
        ? h(Missing, { what: this.missing, reason: found.reason })
        : this.content(found, props)),
      this.beside());
  }
}

const CONFIG_STATES = { READY: 'good', CONNECTING: 'idle', DISABLED: 'idle', STALE: 'warn', EXPIRED: 'bad', ERROR: 'bad' };
const APPLIED = { acknowledged: ['good', 'applied'], error: ['bad', 'rejected'], unacknowledged: ['idle', 'pending'] };

export class Configuration extends Asking {
  constructor(props) {
    super(props);
    this.path = 'api/v1/configuration';
    this.title = 'Configuration';
    this.missing = 'There is no remote configuration.';
  }

  async read() {
    const [found, served] = await Promise.all([this.props.ask(this.path), this.props.ask('api/v1/clients')]);
    return { found, served };
  }

  /** The clients of a server that runs here. */
  beside() {
    const { served } = this.state;
    if (served && !served.available) {
      return h(Card, { title: 'Clients of the server on this host' }, h(Empty, null, served.reason));
    }
    return served && h(Card, {
      title: 'Clients of the server on this host', tools: h(Downloads, { path: 'api/v1/clients' }),
      note: served.omitted ? `The ${served.clients.length} that asked last; ${served.omitted} more are not shown.` : 'Whoever asked last comes first.',
    }, h(Table, {
      caption: 'Clients', rows: served.clients, rowKey: (client) => client.client, empty: 'No client has asked yet.',
      columns: [
        {
          name: 'name', head: 'Client', value: (client) => client.name,
          cell: (client) => [client.name || client.client, h('span', { class: 'sub' }, client.labels.join(', '))],
        },
        {
          name: 'seen', head: 'Last request', value: (client) => client.seen,
          cell: (client) => [h(State, { kind: client.gone ? 'warn' : 'good' }, client.gone ? 'gone' : 'active'),
            h('span', { class: 'sub' }, moment(client.seen))],
        },
        { name: 'applied', head: 'Applied', num: true, value: (client) => client.applied, cell: (client) => client.applied },
        { name: 'pending', head: 'Pending', num: true, from: 'm', value: (client) => client.pending, cell: (client) => client.pending },
        { name: 'rejected', head: 'Rejected', num: true, value: (client) => client.rejected, cell: (client) => client.rejected },
        { name: 'error', head: 'Last error', from: 'm', class: 'long', cell: (client) => client.error || 'none' },
      ],
    }));
  }

  content(found) {
    return [
      h(Card, { title: 'State' }, h('dl', null,
        fact('State', h(State, { kind: CONFIG_STATES[found.state] || 'idle' }, words(found.state))),
        fact('Since', moment(found.since)),
        fact('Server', found.server), fact('Client id', found.client),
        fact('Last update', found.lastSuccess ? moment(found.lastSuccess) : 'never'),
        fact('Valid until', found.expires ? moment(found.expires) : 'not known'),
        fact('Versions', `root ${found.rootVersion}, list ${found.targetsVersion}`),
        fact('Stored', found.storage),
        found.lastError && fact('Last error', found.lastError))),
      h(Card, { title: 'In force', tools: h(Downloads, { path: this.path }) }, h(Table, {
        caption: 'Configurations in force', rows: found.configurations, rowKey: (config) => config.path, empty: 'No configuration is in force.',
        columns: [
          { name: 'product', head: 'Product', value: (config) => config.product, cell: (config) => config.product },
          { name: 'id', head: 'Id', value: (config) => config.id, cell: (config) => config.id },
          { name: 'version', head: 'Version', num: true, from: 'm', value: (config) => config.version, cell: (config) => config.version },
          { name: 'bytes', head: 'Size', num: true, from: 'm', value: (config) => config.bytes, cell: (config) => bytes(config.bytes) },
          {
            name: 'state', head: 'State', value: (config) => config.state,
            cell: (config) => [h(State, { kind: (APPLIED[config.state] || ['idle'])[0] }, (APPLIED[config.state] || ['', config.state])[1]),
              config.reason && h('span', { class: 'sub' }, config.reason)],
          },
        ],
      })),
      h(Card, { title: 'Listeners' }, h(Table, {
        caption: 'Listeners', rows: found.listeners, rowKey: (listener) => listener.name, empty: 'No listener is registered.',
        columns: [
          { name: 'name', head: 'Listener', value: (listener) => listener.name, cell: (listener) => listener.name },
          { name: 'products', head: 'Products', from: 'm', cell: (listener) => listener.products.join(', ') },
          {
            name: 'state', head: 'Last outcome',
            cell: (listener) => (listener.state
              ? [h(State, { kind: (APPLIED[listener.state] || ['idle'])[0] }, (APPLIED[listener.state] || ['', listener.state])[1]),
                h('span', { class: 'sub' }, `${listener.product}/${listener.id} version ${listener.version} ${listener.reason || ''}`)]
              : 'none yet'),
          },
        ],
      })),
    ];
  }
}

const ANSWERS = { YES: ['good', 'ok'], NO: ['bad', 'missing'], NOT_KNOWN: ['warn', 'not known'] };

function result(check) {
  const [kind, text] = check.need === 'NONE' && check.answer === 'NO' ? ['idle', 'not needed'] : ANSWERS[check.answer];
  return h(State, { kind }, text);
}

export class Doctor extends Asking {
  constructor(props) {
    super(props);
    this.path = 'api/v1/doctor';
    this.title = 'Doctor';
    this.missing = 'No checks are available.';
  }

  content(found, { flow }) {
    const matters = found.checks.filter((check) => check.need !== 'NONE' && check.answer !== 'YES')
      .sort((one, other) => (one.need === 'REQUIRED' ? 0 : 1) - (other.need === 'REQUIRED' ? 0 : 1));
    const all = found.passed + found.failed + found.notKnown;
    return [
      h(Card, {
        title: `${found.passed} of ${all} checks passed`
          + (found.failed ? `, ${found.failed} failed` : '') + (found.notKnown ? `, ${found.notKnown} not known` : ''),
        note: 'What this kernel and this process support, and what to do about what is missing.',
        tools: h(Downloads, { path: this.path }),
      }, matters.length
        ? h('div', { class: 'checks' }, matters.map((check) => h('article', { class: 'check-card' },
          h('h3', null, check.ability, ' ', result(check), check.need === 'REQUIRED' && h('span', { class: 'hot' }, 'required')),
          h('dl', null, fact('Found', check.evidence), fact('Impact', check.effect), check.remedy && fact('Fix', check.remedy)))))
        : h(Empty, null, all ? 'Nothing is missing.' : 'No checks are available: see the stages.')),
      h(Card, { title: 'Start-up stages' }, h(Stages, { flow })),
      h(Card, { title: 'All checks' }, h(Table, {
        caption: 'All checks', rows: found.checks, rowKey: (check) => check.ability + check.evidence, empty: 'No checks are available.',
        columns: [
          {
            name: 'ability', head: 'Check', value: (check) => check.ability,
            cell: (check) => [check.ability, h('span', { class: 'sub below-m' }, check.evidence)],
          },
          { name: 'answer', head: 'Result', value: (check) => check.answer, cell: result },
          { name: 'evidence', head: 'Found', from: 'm', class: 'long', cell: (check) => check.evidence },
        ],
      })),
    ];
  }
}

function fact(name, value) {
  return h('div', null, h('dt', null, name), h('dd', null, value));
}
