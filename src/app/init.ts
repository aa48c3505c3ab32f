/** `init`: begins the ledger, or adopts the one that is there. */
import type { Session } from './session.ts';

/** The answer of `init`. */
export interface InitAnswer {
  readonly ref: string;
  readonly tip: string;
  /** Whether the branch was made by this call. */
  readonly created: boolean;
  /** `root`: a new ledger; `tracking`: the remote's branch; `local`: it was there. */
  readonly from: 'root' | 'tracking' | 'local';
}

/** Makes sure that there is a ledger. Running it again changes nothing. */
export async function initLedger(session: Session): Promise<InitAnswer> {
  const { ledger } = session;
  return { ref: ledger.ref, ...(await ledger.begin(session.author())) };
}
