// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** The last ten minutes: from the history first, then from each frame of the stream. */

import { lockKey } from './format.js';

const MOST = 600;

/** Seconds without a value after which a line is not drawn on. */
const GAP = 5;

export class Recent {
  constructor() {
    this.times = [];
    this.lines = new Map();
    this.totals = null;
  }

  /** Begins with what the history has. */
  load(history) {
    this.times = history.steps.map((step) => step.to / 1000);
    this.lines = new Map(history.series.map((line) => [lockKey(line), { lock: line, values: [...line.waiting] }]));
    this.totals = null;
  }

  /** Adds a frame; an older one changes nothing. */
  add(frame) {
    const to = Date.parse(frame.to) / 1000;
    const last = this.times[this.times.length - 1];
    if (last !== undefined && to <= last) {
      return;
    }
    const values = this.values(frame, to);
    if (last !== undefined && to - last > GAP) {
      this.push(last + 1, () => null);
    }
    for (const lock of frame.locks) {
      const key = lockKey(lock);
      if (!this.lines.has(key) && values.get(key) > 0) {
        this.lines.set(key, { lock, values: this.times.map(() => 0) });
      }
    }
    this.push(to, (key) => values.get(key) || 0);
  }

  /** Mean number of waiting tasks since the frame before; of the first frame, in its last seconds. */
  values(frame, to) {
    const before = this.totals;
    const totals = new Map(frame.locks.map((lock) => [lockKey(lock), lock.totalNanos]));
    const values = new Map(frame.locks.map((lock) => {
      const key = lockKey(lock);
      const known = before && before.since === frame.from && to - before.at < GAP;
      return [key, known ? Math.max(0, lock.totalNanos - (before.totals.get(key) || 0)) / 1e9 / (to - before.at) : lock.nowWaiting];
    }));
    this.totals = { at: to, since: frame.from, totals };
    return values;
  }

  push(time, value) {
    this.times.push(time);
    for (const [key, line] of this.lines) {
      line.values.push(value(key));
    }
    if (this.times.length > MOST) {
      this.times.shift();
      for (const line of this.lines.values()) {
        line.values.shift();
      }
    }
  }

  /** The last minute of a lock: 60 values. */
  minute(lock) {
    const line = this.lines.get(lockKey(lock));
    const values = line ? line.values.slice(-60).map((value) => value || 0) : [];
    return [...Array(60 - values.length).fill(0), ...values];
  }

  /** The busiest lines, with copies of their values: uPlot keeps what it gets. */
  busiest(most, isShown) {
    return [...this.lines.values()]
      .filter((line) => isShown(line.lock))
      .map((line) => ({ ...line, sum: line.values.reduce((sum, value) => sum + (value || 0), 0) }))
      .filter((line) => line.sum > 0)
      .sort((one, other) => other.sum - one.sum)
      .slice(0, most);
  }
}
