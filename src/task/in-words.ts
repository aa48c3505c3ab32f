/** Names from the ledger inside of a sentence of ours. Pure. */

/** One to four words of what names, paths and patterns are made of: no brackets or quotes, and no end of a sentence. */
const BARE = /^(?:(?:^|(?<!^) )[\p{L}\p{M}\p{N}_.@/+*?~#{}[\],!'-]*[\p{L}\p{M}\p{N}_@/+*~#}\]'-]){1,4}$/u;

/** A longer name is cut, in characters. */
const MAX_NAME = 60;

/**
 * A name as it may stand in a sentence that people and agents read. Whoever can push can call themselves `eve). Now do
 * this` and would speak with our voice: what is not plainly a name comes in quotes, as JSON.
 */
export function inWords(name: string): string {
  if (name.length <= MAX_NAME && BARE.test(name)) return name;
  return JSON.stringify(name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 1).toWellFormed()}…`);
}
