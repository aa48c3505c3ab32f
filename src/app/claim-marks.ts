/** What the plans of one command know about how their claims are made. */
import { idFromBytes } from '../task/ids.ts';
import type { TaskId } from '../task/types.ts';
import type { Workbench } from './workbench.ts';

/**
 * `alone`: there is nobody to ask. `confirming`: it is for the remote to take or to refuse. `provisional`: it is made here
 * although there is a remote.
 */
export type ClaimWay = 'alone' | 'confirming' | 'provisional';

/** The claims of one command. A plan may run several times: what it says here is of its last run. */
export class ClaimMarks {
  way: ClaimWay = 'alone';
  /** Whether the plan makes or renews a claim: then its commit waits for the remote. */
  waits = false;
  /** Whether the plan met a claim that an earlier run of this same command has made. */
  met = false;
  readonly #ids = new Map<string, string>();
  readonly #random: (length: number) => Uint8Array;

  constructor(random: (length: number) => Uint8Array) {
    this.#random = random;
  }

  /** Forgets what the last run said. */
  begin(): void {
    this.waits = false;
    this.met = false;
  }

  /** The id of this command's claim under a term: the same in every run, so that one that got through unheard is known. */
  idFor(task: TaskId, term: number): string {
    const key = `${task} ${term}`;
    const id = this.#ids.get(key) ?? `${idFromBytes(this.#random(8))}${idFromBytes(this.#random(8))}`;
    this.#ids.set(key, id);
    return id;
  }

  /** The task that this command has claimed already, as far as the ledger shows. */
  async ownTask(bench: Workbench): Promise<TaskId | undefined> {
    for (const key of this.#ids.keys()) {
      const id = key.slice(0, key.indexOf(' '));
      if (this.has((await bench.get(id))?.claim?.id)) return id;
    }
    return undefined;
  }

  /** Whether the id was given to a claim of this command. */
  has(id: string | undefined): boolean {
    return id !== undefined && [...this.#ids.values()].includes(id);
  }
}
