/** What git accepts as the name of a ref. Pure. Source: git-check-ref-format. */
import { TasksError } from '../errors.ts';

/** Anything but printable ASCII and what lies beyond it, and the signs and sequences that mean something to git. */
const FORBIDDEN = /[^!-~\u0080-\uffff]|[~^:?*[\\]|\.\.|@\{|\/\/|\/$|^\/|\.$/;
const PSEUDO_REF = /^[A-Z][A-Z_]*$/;

/** Whether the text is a full ref name (`refs/…`) or a pseudo ref such as `HEAD`. */
export function isRefName(name: string): boolean {
  if (PSEUDO_REF.test(name)) return true;
  if (!name.startsWith('refs/') || FORBIDDEN.test(name)) return false;
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}

/** Throws `invalid` unless the text is a ref name. It must pass here before it becomes a path. */
export function assertRefName(name: string): void {
  if (isRefName(name)) return;
  throw new TasksError('invalid', `${JSON.stringify(name)} is not a valid ref name`, {
    hint: 'a full name looks like refs/heads/tasks (see git check-ref-format)',
    data: { ref: name },
  });
}

/** The existing ref that makes it impossible to create this one (`a` against `a/b`, either way), or undefined. */
export function refNameConflict(ref: string, existing: Iterable<string>): string | undefined {
  for (const other of existing) {
    if (other.startsWith(`${ref}/`) || ref.startsWith(`${other}/`)) return other;
  }
  return undefined;
}

/** The failure for a ref whose name is a folder of another ref, or the other way round. */
export function refNameTaken(ref: string, other: string): TasksError {
  return new TasksError(
    'exists',
    `cannot create ${ref}: ${other} exists, and one would have to be the other's folder`,
    {
      hint: `choose another name, or rename the other: git branch -m …`,
      data: { ref, other },
    },
  );
}
