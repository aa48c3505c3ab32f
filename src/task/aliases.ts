/** Foreign identities: the names that a task had elsewhere, by which it is still found. Pure. */
import type { JsonValue } from './types.ts';

/** The entry that holds an idempotency key: `{ id: KEY, content: DIGEST }`, so that the key finds the task as well. */
export const KEY_ENTRY = 'key';

/**
 * The foreign ids in the metadata of a task: the `id` texts of entries that are maps (`beads: { id: bd-0088 }`).
 *
 * In the order of the entries, without duplicates and empty texts.
 */
export function aliasesOf(metadata: Readonly<Record<string, JsonValue>>): string[] {
  const aliases = new Set<string>();
  for (const entry of Object.values(metadata)) {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry) || !Object.hasOwn(entry, 'id')) continue;
    const { id } = entry as Readonly<Record<string, JsonValue>>;
    if (typeof id === 'string' && id !== '') aliases.add(id);
  }
  return [...aliases];
}
