// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** Lines over time, by uPlot. */

import uPlot from './lib/uplot/uPlot.esm.js';
import { tasks, moment } from './format.js';
import { Component, h } from './parts.js';

/** Told apart by the colour-blind, and on light and dark. */
export const COLOURS = ['--line-1', '--line-2', '--line-3', '--line-4', '--line-5', '--line-6'];

export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const dark = matchMedia('(prefers-color-scheme: dark)');

/**
 * A chart.
 * times: seconds since 1970; series: [{name, values}], at most six; label: what it shows, for those who do not see it;
 * onSelect(from, to): a range was drawn, in seconds; small: one of many, without a legend
 */
export class Chart extends Component {
  constructor(props) {
    super(props);
    this.recreate = () => this.create();
  }

  shouldComponentUpdate() {
    return false; // uPlot draws
  }

  componentDidMount() {
    this.create();
    this.resized = new ResizeObserver(() => this.plot && this.plot.setSize(this.size()));
    this.resized.observe(this.base);
    dark.addEventListener('change', this.recreate);
  }

  componentWillUnmount() {
    dark.removeEventListener('change', this.recreate);
    this.resized.disconnect();
    this.destroy();
  }

  componentWillReceiveProps(next) {
    const same = this.names === names(next.series);
    this.props = next;
    if (same && this.plot) {
      this.plot.setData(data(next));
      requestAnimationFrame(() => this.latest()); // when uPlot has drawn, which clears the legend
    } else {
      this.create();
    }
  }

  /** The legend has the newest values while nobody points at others. */
  latest() {
    if (this.plot && !this.props.small && this.plot.cursor.idx == null) {
      this.plot.setLegend({ idx: this.props.times.length - 1 }, false);
    }
  }

  destroy() {
    if (this.plot) {
      this.plot.destroy();
      this.plot = null;
    }
  }

  size() {
    return { width: Math.max(200, this.base.clientWidth), height: this.props.small ? 120 : 220 };
  }

  create() {
    this.destroy();
    this.names = names(this.props.series);
    const axis = {
      stroke: colour('--muted'),
      grid: { stroke: colour('--grid'), width: 1 },
      ticks: { stroke: colour('--grid'), width: 1 },
      font: `12px ${colour('--font')}`,
    };
    this.plot = new uPlot({
      ...this.size(),
      scales: { y: { range: (plot, low, high) => [0, high > 0 ? high * 1.08 : 1] } },
      axes: [
        { ...axis, values: (plot, splits) => splits.map((split) => moment(split * 1000).slice(-8)), space: 90 },
        { ...axis, values: (plot, splits) => ticks(splits), size: 64 },
      ],
      padding: [8, 28, 0, 0],
      cursor: { drag: { x: Boolean(this.props.onSelect), y: false, setScale: false } },
      legend: { show: !this.props.small, live: true },
      series: [
        { label: 'Time', value: (plot, value) => (value == null ? '' : moment(value * 1000)) },
        ...this.props.series.map((line, at) => ({
          label: line.name,
          stroke: colour(COLOURS[at]),
          fill: at === 0 ? colour('--line-1-fill') : undefined,
          width: 1.75,
          points: { show: false },
          value: (plot, value) => (value == null ? '' : tasks(value)),
        })),
      ],
      hooks: {
        setSelect: [(plot) => {
          if (this.props.onSelect && plot.select.width > 2) {
            this.props.onSelect(plot.posToVal(plot.select.left, 'x'),
              plot.posToVal(plot.select.left + plot.select.width, 'x'));
          }
        }],
      },
    }, data(this.props), this.base.firstChild);
    requestAnimationFrame(() => this.latest());
    const canvas = this.base.querySelector('.u-wrap');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', this.props.label);
  }

  render() {
    return h('div', { class: this.props.small ? 'chart small' : 'chart' }, h('div', null));
  }
}

/** Numbers of an axis, with as many digits as tell them apart. */
function ticks(values) {
  const step = values.length > 1 ? values[1] - values[0] : 1;
  const digits = Math.max(0, Math.min(7, Math.ceil(-Math.log10(step) - 1e-9)));
  return values.map((value) => (value === 0 ? '0' : value.toFixed(digits)));
}

function names(series) {
  return series.map((line) => line.name).join('\n');
}

function data(props) {
  return [props.times, ...props.series.map((line) => line.values)];
}
