// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** Numbers and times for people, as the karst commands write them. */

const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DATE = new Intl.DateTimeFormat('sv-SE', {
  year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
});

function scaled(value) {
  return value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}

/** A time in nanoseconds. */
export function nanos(value) {
  if (value < 1e3) {
    return `${Math.round(value)} ns`;
  }
  if (value < 999500) {
    return `${scaled(value / 1e3)} µs`;
  }
  if (value < 999.5e6) {
    return `${scaled(value / 1e6)} ms`;
  }
  return value < 600e9 ? `${scaled(value / 1e9)} s` : seconds(value / 1e9);
}

/** A time that may be long. */
export function seconds(value) {
  if (value < 60) {
    return nanos(value * 1e9);
  }
  const whole = Math.floor(value);
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  return whole < 86400
    ? `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`
    : `${Math.floor(whole / 86400)} d ${Math.floor(whole % 86400 / 3600)} h`;
}

export function count(value) {
  return GROUPED.format(value);
}

/** A share in percent, with the sign. */
export function percent(share) {
  const value = share * 100;
  if (value === 0) {
    return '0 %';
  }
  if (value < 0.005) {
    return '<0.01 %';
  }
  return `${value < 0.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** A mean number of waiting tasks. */
export function tasks(value) {
  if (value === 0) {
    return '0';
  }
  return value < 0.0005 ? '<0.001' : value < 0.995 ? value.toFixed(3) : scaled(value);
}

export function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let left = value;
  while (left >= 999.5 && unit < units.length - 1) {
    left /= 1024;
    unit++;
  }
  return unit === 0 ? `${value} B` : `${scaled(left)} ${units[unit]}`;
}

/** Time of day; with the date if that is another day. */
export function moment(time) {
  const at = new Date(time);
  return at.toDateString() === new Date().toDateString() ? CLOCK.format(at) : DATE.format(at);
}

/** HASH_BUCKET is written "hash bucket". */
export function words(name) {
  return name ? name.toLowerCase().replaceAll('_', ' ') : 'all locks';
}

/** What a lock is called: the map and the kind. */
export function lockName(lock) {
  if (lock.mapId === 0) {
    return 'all other locks';
  }
  return `${lock.map || `map ${lock.mapId}`}, ${words(lock.kind)}`;
}

/** What locks are called, with the id where a name alone would not tell them apart. */
export function lockNames(locks) {
  const names = locks.map(lockName);
  return names.map((name, at) => (names.indexOf(name) !== names.lastIndexOf(name) ? `${name} (${locks[at].mapId})` : name));
}

/** Kinds of which a map has one lock for each CPU. */
const PER_CPU = ['FREELIST', 'LRU_LOCAL', 'LRU_PER_CPU', 'STACK_TRACE_FREELIST'];

/** What a single lock is called; one without an index stands for all others. */
export function singleLock(lock) {
  if (lock.index === null) {
    return 'all others';
  }
  return PER_CPU.includes(lock.kind) ? `${words(lock.kind)}, CPU ${lock.index}` : `${words(lock.kind)} ${lock.index}`;
}

/** Identifies a lock. */
export function lockKey(lock) {
  return `${lock.mapId}/${lock.address}/${lock.kind}`;
}
