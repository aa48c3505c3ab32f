/** The framing of git's protocols. Source: gitprotocol-common(5), gitprotocol-pack(5), gitprotocol-v2(5). */
import { TasksError } from '../../errors.ts';

/** A line, or null for a flush. */
export type Packet = Buffer | null;

const FLUSH = '0000';
const LENGTH_DIGITS = 4;

/** A packet of this text or these bytes. */
export function packet(content: string | Uint8Array): Buffer {
  const data = typeof content === 'string' ? Buffer.from(content) : content;
  const length = (data.byteLength + LENGTH_DIGITS).toString(16).padStart(LENGTH_DIGITS, '0');
  return Buffer.concat([Buffer.from(length), data]);
}

/** The packet that ends a list. */
export function flushPacket(): Buffer {
  return Buffer.from(FLUSH);
}

/** The packets of a whole answer. Throws `remote` for one that is cut off or no packet at all. */
export function parsePackets(answer: Buffer): Packet[] {
  const packets: Packet[] = [];
  for (let at = 0; at < answer.length;) {
    const digits = answer.toString('latin1', at, at + LENGTH_DIGITS);
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : undefined;
    if (length === undefined || at + length > answer.length) throw brokenAnswer();
    packets.push(length < LENGTH_DIGITS ? null : answer.subarray(at + LENGTH_DIGITS, at + length));
    at += Math.max(length, LENGTH_DIGITS);
  }
  return packets;
}

/** What a side band carried. */
export interface SideBand {
  /** Packets outside of any band, as text: acknowledgements. */
  readonly lines: readonly string[];
  readonly data: Buffer;
  /** What the server says to people. */
  readonly said: string;
  /** Why the server gave up; empty when it did not. */
  readonly fatal: string;
}

/** Takes an answer apart into its bands: 1 is data, 2 is for people, 3 ends everything. */
export function splitBands(packets: readonly Packet[]): SideBand {
  const data: Buffer[] = [];
  const lines: string[] = [];
  const words = { said: '', fatal: '' };
  for (const one of packets) {
    if (one === null) continue;
    const rest = one.subarray(1);
    if (one[0] === 1) data.push(rest);
    else if (one[0] === 2) words.said += rest.toString();
    else if (one[0] === 3) words.fatal += rest.toString();
    else lines.push(one.toString().trimEnd());
  }
  return { lines, data: Buffer.concat(data), ...words };
}

function brokenAnswer(): TasksError {
  return new TasksError('remote', 'The answer of the remote was cut off, or is not in the language of git', {
    hint: 'Nothing is lost: your work is in this repository. See the address with: git remote -v',
    data: { trouble: 'unreachable' },
  });
}
