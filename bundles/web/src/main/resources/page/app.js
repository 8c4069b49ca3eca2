// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** The page: what it knows, how it hears of news, and which section is shown. */

import { render } from './lib/preact/preact.module.js';
import { Maps } from './maps.js';
import { Now } from './now.js';
import { Component, h } from './parts.js';
import { Recent } from './recent.js';
import { Configuration, Doctor } from './system.js';
import { Time } from './time.js';

const SECTIONS = [['now', 'Now'], ['time', 'Time'], ['maps', 'Maps'], ['configuration', 'Configuration'], ['doctor', 'Doctor']];
const STREAM = { connecting: 'connecting', live: 'live', paused: 'paused', reconnecting: 'reconnecting' };
const SLOW = 10000;

/** Asks for a document; throws with the reason that the server gives. */
async function ask(path) {
  const answer = await fetch(path, { headers: { Accept: 'application/json' } });
  const document = await answer.json().catch(() => ({ error: `${answer.status} ${answer.statusText}` }));
  if (!answer.ok) {
    throw new Error(document.error || `${answer.status} ${answer.statusText}`);
  }
  return document;
}

function route() {
  const [place, query] = location.hash.slice(1).split('?');
  const [name, id] = place.split('/');
  const section = SECTIONS.some(([known]) => known === name) ? name : 'now';
  return { section, id, map: new URLSearchParams(query || '').get('map') || '' };
}

class App extends Component {
  constructor() {
    super();
    this.recent = new Recent();
    this.state = { route: route(), now: null, flow: null, inventory: null, stream: 'connecting' };
  }

  componentDidMount() {
    addEventListener('hashchange', () => {
      this.setState({ route: route() });
      scrollTo(0, 0);
      document.querySelector('main').focus({ preventScroll: true });
    });
    document.addEventListener('visibilitychange', () => (document.hidden ? this.disconnect() : this.resume()));
    this.resume();
    this.slow();
  }

  /** What cannot be read is not known any more. */
  askFlow() {
    return ask('api/v1/flow').then((flow) => this.setState({ flow }), () => this.setState({ flow: null }));
  }

  /** What changes seldom. */
  async slow() {
    if (!document.hidden && this.state.stream !== 'paused') {
      await Promise.allSettled([
        this.askFlow(),
        ask('api/v1/maps').then((inventory) => this.setState({ inventory })),
      ]);
    }
    setTimeout(() => this.slow(), SLOW);
  }

  /** Fills the gap, then hears of news. A browser opens six connections to a host: a hidden page holds none. */
  async resume() {
    if (this.state.stream === 'paused' || this.source) {
      return;
    }
    try {
      const history = await ask('api/v1/history');
      if (history.available) {
        this.recent.load(history);
      }
    } catch {
      this.setState({ stream: 'reconnecting' }); // the stream says when the server is back
    }
    if (!this.source && !document.hidden && this.state.stream !== 'paused') {
      this.connect();
    }
  }

  connect() {
    this.source = new EventSource('api/v1/live');
    this.source.addEventListener('now', (event) => {
      const now = JSON.parse(event.data);
      if (now.available) {
        this.recent.add(now);
      }
      if (!this.state.now || this.state.now.available !== now.available) {
        this.askFlow();
      }
      this.setState({ now, stream: 'live' });
    });
    this.source.addEventListener('error', () => {
      this.setState({ stream: 'reconnecting' });
      this.askFlow();
      if (this.source && this.source.readyState === EventSource.CLOSED) {
        this.disconnect();
        setTimeout(() => this.resume(), 5000);
      }
    });
  }

  disconnect() {
    if (this.source) {
      this.source.close();
      this.source = null;
    }
  }

  pause() {
    if (this.state.stream === 'paused') {
      this.setState({ stream: 'connecting' }, () => this.resume());
    } else {
      this.disconnect();
      this.setState({ stream: 'paused' });
    }
  }

  render(props, state) {
    const { section } = state.route;
    return [
      h('a', { class: 'skip', href: '#main', onClick: (event) => {
        event.preventDefault();
        document.querySelector('main').focus();
      } }, 'Skip to the content'),
      h('header', { class: 'top' },
        h('div', { class: 'top-inner' },
          h('a', { class: 'brand', href: '#now' }, 'Karst'),
          h('nav', { 'aria-label': 'Sections' }, SECTIONS.map(([name, text]) =>
            h('a', { href: `#${name}`, 'aria-current': section === name ? 'page' : undefined }, text))),
          h('div', { class: 'stream' },
            h('output', { class: state.stream }, STREAM[state.stream]),
            h('button', { type: 'button', onClick: () => this.pause() }, state.stream === 'paused' ? 'Go on' : 'Pause')))),
      h('main', { id: 'main', tabindex: '-1' }, this.section(state)),
    ];
  }

  section(state) {
    const maps = state.inventory && state.inventory.available ? state.inventory.maps : [];
    switch (state.route.section) {
      case 'time':
        return h(Time, { ask, maps, map: state.route.map });
      case 'maps':
        return h(Maps, { ask, inventory: state.inventory, id: state.route.id });
      case 'configuration':
        return h(Configuration, { ask });
      case 'doctor':
        return h(Doctor, { ask, flow: state.flow });
      default:
        return h(Now, { now: state.now, flow: state.flow, recent: this.recent });
    }
  }
}

const place = document.getElementById('app');
place.textContent = '';
render(h(App), place);
