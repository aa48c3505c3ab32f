/** What a gate is: a task of its own kind that nobody works on. Completed means open, pending means closed. */

/** The `kind` of a gate. */
export const GATE = 'gate';

/** The idempotency key of a gate: clones that never met make the same task of the same name. */
export function gateKey(name: string): string {
  return `${GATE}:${name}`;
}
