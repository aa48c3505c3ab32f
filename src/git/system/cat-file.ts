/**
 * Asks a running `git cat-file` for objects.
 *
 * Source: git-cat-file(1), "BATCH OUTPUT". One child answers any number of questions in their order, so that an object
 * costs a message instead of a process (0.05 ms against 3 ms). The child ends by itself when its standard input closes,
 * which the system sees to when this process ends, also by `kill -9`.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { TasksError } from '../../errors.ts';
import type { ObjectType, Oid } from '../ports.ts';
import { gitEnvironment, spawnFailure } from './git-command.ts';
import { optionsAt, type Place, STORE_OPTIONS } from './place.ts';

/** What git says of one id. `failed`: git ended on this question, with these words. */
export type Reply =
  | { readonly kind: 'object'; readonly type: ObjectType; readonly data: Buffer }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly words: string };

/**
 * What is asked. `contents`: the objects; `existence`: only whether they are there (`data` is empty). Both make a partial
 * clone fetch what it lacks; `local` does not (git 2.39.4 and later; before that it fetches as well).
 */
export type Question = 'contents' | 'existence' | 'local';

/** Words of git that are kept, in characters. */
const MAX_WORDS = 4000;

const HEADER = /^[0-9a-f]+ (blob|tree|commit|tag) (\d+)$/;
const MISSING: Reply = { kind: 'missing' };
const NO_DATA = Buffer.alloc(0);

/** Questions to git about one repository. A child is started at the first and whenever the last one has ended. */
export class CatFile {
  readonly #place: Place;
  readonly #question: Question;
  #child: CatFileChild | undefined;

  constructor(place: Place, question: Question) {
    this.#place = place;
    this.#question = question;
  }

  /** The replies to all ids, in their order. Throws `unsupported` without git, `io` when git was killed. */
  async ask(oids: readonly Oid[]): Promise<Reply[]> {
    let replies: Reply[] = [];
    while (replies.length < oids.length) {
      if (this.#child === undefined || this.#child.isOver) this.#child = new CatFileChild(this.#place, this.#question);
      // A child that ended on a bad object leaves the rest to the next one.
      replies = replies.concat(await this.#child.ask(oids.slice(replies.length)));
    }
    return replies;
  }

  /** Lets the child end; the next question starts another. */
  end(): void {
    this.#child?.end();
    this.#child = undefined;
  }
}

interface Request {
  readonly count: number;
  readonly replies: Reply[];
  resolve(replies: Reply[]): void;
  reject(error: unknown): void;
}

/** One process. It keeps this one alive only while a question is open. */
class CatFileChild {
  /** Whether it has ended: it takes no more questions. */
  isOver = false;
  readonly #hasContents: boolean;
  readonly #child: ChildProcessWithoutNullStreams;
  #requests: Request[] = [];
  #chunks: Buffer[] = [];
  #received = 0;
  /** Nothing is complete before this many bytes are there. */
  #needed = 1;
  #words = '';

  constructor(place: Place, question: Question) {
    this.#hasContents = question === 'contents';
    const { cwd, env, variables } = optionsAt(place);
    const extra = question === 'local' ? { GIT_NO_LAZY_FETCH: '1' } : {};
    const batch = this.#hasContents ? '--batch' : '--batch-check';
    this.#child = spawn('git', [...STORE_OPTIONS, 'cat-file', batch], {
      cwd,
      env: { ...gitEnvironment(env), ...variables, ...extra },
      windowsHide: true,
    });
    const { stdin, stdout, stderr } = this.#child;
    stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    stderr.on('data', (chunk: Buffer) => (this.#words = (this.#words + chunk.toString()).slice(-MAX_WORDS)));
    // A child that is gone is noticed when it closes.
    stdin.on('error', () => undefined);
    this.#child.on('error', (error) => this.#fail(spawnFailure('cat-file', error)));
    this.#child.on('close', (_code, signal) => this.#close(signal));
    this.#holdOpen(false);
  }

  /** Replies to the ids from the first on; not to all when the child ends before. */
  ask(oids: readonly Oid[]): Promise<Reply[]> {
    return new Promise((resolve, reject) => {
      this.#requests.push({ count: oids.length, replies: [], resolve, reject });
      this.#holdOpen(true);
      this.#child.stdin.write(`${oids.join('\n')}\n`);
    });
  }

  end(): void {
    this.#child.stdin.end();
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    if (this.#received < this.#needed) return;
    const bytes = Buffer.concat(this.#chunks);
    let at = 0;
    for (;;) {
      const end = bytes.indexOf(0x0a, at);
      const header = end < 0 ? null : HEADER.exec(bytes.toString('latin1', at, end));
      const size = header === null || !this.#hasContents ? -1 : Number(header[2]);
      const next = end + 2 + size;
      this.#needed = end < 0 ? bytes.length - at + 1 : next - at;
      if (end < 0 || next > bytes.length) break;
      const data = size < 0 ? NO_DATA : bytes.subarray(end + 1, next - 1);
      this.#answer(header === null ? MISSING : { kind: 'object', type: header[1] as ObjectType, data });
      at = next;
    }
    this.#chunks = [bytes.subarray(at)];
    this.#received = bytes.length - at;
  }

  #answer(reply: Reply): void {
    const [request] = this.#requests;
    if (request === undefined) return;
    request.replies.push(reply);
    if (request.replies.length < request.count) return;
    this.#requests.shift();
    if (this.#requests.length === 0) this.#holdOpen(false);
    request.resolve(request.replies);
  }

  #close(signal: NodeJS.Signals | null): void {
    if (signal !== null) return this.#fail(new TasksError('io', `git cat-file was ended by ${signal}`));
    this.isOver = true;
    // Git ends at an object that it cannot give: that is the first one without an answer.
    this.#requests[0]?.replies.push({ kind: 'failed', words: this.#words.trim() });
    for (const request of this.#requests.splice(0)) request.resolve(request.replies);
  }

  #fail(error: TasksError): void {
    this.isOver = true;
    for (const request of this.#requests.splice(0)) request.reject(error);
  }

  /** Whether the process waits for the child before it ends. */
  #holdOpen(isWanted: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const handle of [this.#child, stdin, stdout, stderr] as Partial<Handle>[]) {
      if (isWanted) handle.ref?.();
      else handle.unref?.();
    }
  }
}

/** What keeps an event loop alive. Pipes to a child are sockets, although their types do not say so. */
interface Handle {
  ref(): void;
  unref(): void;
}
