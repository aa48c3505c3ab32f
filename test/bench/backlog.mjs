/** A made-up backlog of any size: the same size gives the same tasks, on any machine. */

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const VERBS = ['Add', 'Cache', 'Check', 'Document', 'Limit', 'Move', 'Retry', 'Split', 'Test', 'Trace'];
const NOUNS = [
  'the upload queue',
  'the token check',
  'the search index',
  'the release notes',
  'the rate limit',
  'the login form',
];
const PLACES = [
  'in the worker',
  'for mirrors',
  'behind the flag',
  'on slow disks',
  'without a network',
  'for new accounts',
];
const LABELS = ['backend', 'docs', 'frontend', 'ops', 'security', 'tests'];
const PEOPLE = ['anil', 'lena', 'mira', 'tomas'];
const BEGIN = Date.UTC(2026, 2, 2, 8);
const HOUR = 3_600_000;

/** The share of tasks, oldest first, that are completed. */
const COMPLETED = 0.4;

/**
 * @typedef {object} BenchTask
 * @property {string} id
 * @property {string} subject
 * @property {'pending' | 'completed'} status
 * @property {string[]} blockedBy older tasks: up to three, from the tenth task on
 */

/**
 * The tasks, oldest first. Each of them is about 500 bytes of YAML.
 * @param {number} size
 * @returns {BenchTask[]}
 */
export function makeBacklog(size) {
  const random = randomNumbers(size);
  /** @param {readonly string[]} from */
  const pick = (from) => from[random(from.length)];
  /** @type {Set<string>} */
  const ids = new Set();
  while (ids.size < size) ids.add(Array.from({ length: 8 }, () => ALPHABET[random(32)]).join(''));
  const known = [...ids];
  return known.map((id, i) => ({
    id,
    list: 'main',
    subject: `${pick(VERBS)} ${pick(NOUNS)} ${pick(PLACES)} (${i})`,
    status: i < size * COMPLETED ? 'completed' : 'pending',
    priority: random(5),
    labels: [...new Set([pick(LABELS), pick(LABELS)])].sort(),
    blockedBy: i < 10 ? [] : [...new Set([0, 0, 0].map(() => known[random(i)]))].sort(),
    description: `${sentence(pick)}\n${sentence(pick)}\n${sentence(pick)}`,
    created: new Date(BEGIN + i * HOUR).toISOString().replace('.000Z', 'Z'),
    createdBy: pick(PEOPLE),
  }));
}

/**
 * The tasks in the form that `import jsonl` takes.
 * @param {readonly BenchTask[]} tasks
 */
export function toJsonLines(tasks) {
  return tasks.map((task) => `${JSON.stringify(task)}\n`).join('');
}

/** @param {(from: readonly string[]) => string | undefined} pick */
function sentence(pick) {
  return `${pick(VERBS)} ${pick(NOUNS)} ${pick(PLACES)}, and see what it does to ${pick(NOUNS)} ${pick(PLACES)}.`;
}

/**
 * Whole numbers below a bound: mulberry32, by Tommy Ettinger (public domain).
 * @param {number} seed
 * @returns {(bound: number) => number}
 */
export function randomNumbers(seed) {
  let state = seed | 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return Math.floor((((word ^ (word >>> 14)) >>> 0) / 0x1_0000_0000) * bound);
  };
}
