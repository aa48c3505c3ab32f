/** Times programs side by side: a machine that is slow for a while is slow for all of them. */
import { performance } from 'node:perf_hooks';

/**
 * @typedef {object} Result
 * @property {string} group what it is measured on
 * @property {string} name
 * @property {number} value
 * @property {string} unit `x` for a ratio
 * @property {{ readonly max: number } | { readonly min: number }} [target] none: for information
 * @property {string} [detail] what the value was made from
 */

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** Milliseconds that a function took. @param {() => void} work */
export function timed(work) {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

/** Milliseconds until a promise was fulfilled. @param {() => Promise<void>} work */
export async function timedAsync(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/**
 * Runs all contenders in turn, round by round, after one round that does not count.
 * A contender may have a `before`, which is not timed.
 * @template {string} Name
 * @param {Record<Name, { run: (round: number) => void, before?: (round: number) => void }>} contenders
 * @param {number} rounds
 * @returns {Record<Name, number>} medians in milliseconds
 */
export function interleave(contenders, rounds) {
  const names = /** @type {Name[]} */ (Object.keys(contenders));
  /** @type {Map<Name, number[]>} */
  const times = new Map(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const { run, before } = contenders[name];
      before?.(round);
      const time = timed(() => run(round));
      if (round > 0) times.get(name)?.push(time);
    }
  }
  return /** @type {Record<Name, number>} */ (
    Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])]))
  );
}

/** Whether a result is as good as it should be; undefined when nothing was asked. @param {Result} result */
export function isMet({ value, target }) {
  if (target === undefined) return undefined;
  return 'max' in target ? value <= target.max : value >= target.min;
}

/** @param {number} value */
export function rounded(value) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return Number(value.toFixed(digits));
}
