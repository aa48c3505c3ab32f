/** Why a task is not ready, as a tree. */
import type { WhyNode } from '../../app/show.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { cut } from './table.ts';
import { lengthOf, untilText } from './times.ts';

type WhyReason = WhyNode['reasons'][number];

/** The task, and below it what stands before it, each with what stands before that. */
export function whyTree(why: WhyNode, screen: Screen): string[] {
  const verdict = why.ready ? screen.paint.good('is ready') : screen.paint.warning(verdictOf(why));
  const head = `${screen.paint.id(why.short)} ${verdict}: `;
  const room = screen.width - why.short.length - (why.ready ? 8 : verdictOf(why).length) - 3;
  return [`${head}${cut(printable(why.subject), Math.max(8, room))}`, ...branches(why, '', screen)];
}

function verdictOf({ status, reasons }: WhyNode): string {
  if (status === 'completed' || status === 'cancelled') return `is ${status}`;
  return reasons.some(({ kind }) => kind === 'claimed') ? 'is taken' : 'is not ready';
}

function branches(node: WhyNode, indent: string, screen: Screen): string[] {
  const reasons = node.reasons.filter((reason) => reason.kind !== 'status' || node.reasons.length === 1);
  return reasons.flatMap((reason, i) => {
    const isLast = i === reasons.length - 1;
    const stem = `${indent}${isLast ? '└─ ' : '├─ '}`;
    const line = `${screen.paint.quiet(stem)}${reasonText(reason, screen, screen.width - stem.length)}`;
    const because = 'because' in reason ? reason.because : undefined;
    if (because === undefined) return [line];
    return [line, ...branches(because, `${indent}${isLast ? '   ' : '│  '}`, screen)];
  });
}

function reasonText(reason: WhyReason, screen: Screen, room: number): string {
  switch (reason.kind) {
    case 'status':
      return `is ${reason.status === 'in_progress' ? 'in progress' : reason.status}`;
    case 'deferred':
      return `deferred until ${reason.until}`;
    case 'claimed':
      return cut(`held by ${printable(reason.owner ?? 'somebody')}${leaseText(reason.claim, screen)}`, room);
    case 'scope':
      return cut(
        `${printable(reason.id)} is working on ${printable(reason.theirs)}, and this touches ${printable(reason.mine)}`,
        room,
      );
    case 'blocker':
    case 'child':
      return neighbourText(reason, screen, room);
  }
}

function leaseText(claim: { readonly expires?: string; readonly hold?: boolean }, screen: Screen): string {
  if (claim.hold === true || claim.expires === undefined) return ' without an end';
  const left = Date.parse(claim.expires) - screen.now;
  return screen.isTerminal ? ` for ${lengthOf(left)} more` : ` until ${untilText(claim.expires, screen)}`;
}

function neighbourText(
  reason: Extract<WhyReason, { readonly kind: 'blocker' | 'child' }>,
  screen: Screen,
  room: number,
): string {
  const { because } = reason;
  const words = reason.kind === 'blocker' ? 'waits for' : 'has part';
  const short = printable(because?.short ?? reason.id);
  const state = because?.ready === true ? 'ready' : reason.status === 'in_progress' ? 'in progress' : reason.status;
  const suffix = ` (${state}${because?.seen === true ? ', see above' : ''})`;
  const subject = because === undefined ? '' : ` ${printable(because.subject)}`;
  const shown = cut(subject, room - words.length - short.length - suffix.length - 1);
  const style = because?.ready === true ? screen.paint.good : screen.paint.quiet;
  return `${words} ${screen.paint.id(short)}${shown}${style(suffix)}`;
}
