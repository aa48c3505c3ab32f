/**
 * Whether two scopes may touch the same file. Pure.
 *
 * A scope is a glob over paths: `**` any folders, `*`, `?`, `[…]`, `{…}` within one name. Whether two globs meet is
 * answered on the safe side: two names that both hold wildcards are taken to meet, since running two tasks one after
 * the other costs time, and running them at once costs work.
 */

/** A pair of globs, one of each scope, that may match one file; undefined when there is none. */
export function overlap(a: readonly string[], b: readonly string[]): readonly [string, string] | undefined {
  for (const left of a) {
    for (const right of b) if (globsMeet(left, right)) return [left, right];
  }
  return undefined;
}

/**
 * Whether some path may match both globs. A glob that names a folder stands for everything in it, and a file may turn out
 * to be a folder: so whatever comes after a `**`, something below the other glob may match it.
 */
export function globsMeet(a: string, b: string): boolean {
  const [left, right] = [segments(a), segments(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [one = '', other = ''] = [left[i], right[i]];
    if (one === '**' || other === '**') return true;
    if (!namesMeet(one, other)) return false;
  }
  return true;
}

function segments(glob: string): string[] {
  return glob.split('/').filter((part) => part !== '' && part !== '.');
}

const WILD = /[*?[\]{}!()|]/;

function namesMeet(a: string, b: string): boolean {
  const wildA = WILD.test(a);
  const wildB = WILD.test(b);
  if (!wildA && !wildB) return a === b;
  if (wildA && wildB) return true;
  return wildA ? nameMatches(a, b) : nameMatches(b, a);
}

function nameMatches(pattern: string, name: string): boolean {
  if (/[[\]{}!()|]/.test(pattern)) return true;
  return wildcard(pattern, name);
}

/** `*` and `?` only, in linear time: the last star is the one place to return to. */
function wildcard(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let retry = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      retry = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++retry;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
