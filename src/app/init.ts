/** `init`: begins the ledger, or adopts the one that is there. */
import { type DriverSetting, ensureDriver } from './driver-setting.ts';
import type { Session } from './session.ts';

/** The answer of `init`. */
export interface InitAnswer {
  readonly ref: string;
  readonly tip: string;
  /** Whether the branch was made by this call. */
  readonly created: boolean;
  /** `root`: a new ledger; `tracking`: the remote's branch; `local`: it was there. */
  readonly from: 'root' | 'tracking' | 'local';
  /** Whether stock git merges task files by our rule: `set` by this call, `there` before, or `none`. */
  readonly driver: DriverSetting;
}

/** Makes sure that there is a ledger. Running it again changes nothing. */
export async function initLedger(session: Session): Promise<InitAnswer> {
  const { ledger } = session;
  const begun = await ledger.begin(session.author());
  return { ref: ledger.ref, ...begun, driver: await ensureDriver(session) };
}
