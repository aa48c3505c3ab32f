/** Why a task is not ready, as a tree. */
import type { WhyAnswer, WhyNode, WhyReason } from '../../app/why.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { cut } from './table.ts';
import { gateState } from './task-state.ts';
import { lengthOf, timeText, untilText } from './times.ts';

/** The task, below it what stands before it, each with what stands before that, and at the end the next step. */
export function whyTree({ why, before, next, nextTotal }: WhyAnswer, screen: Screen): string[] {
  const verdict = why.ready ? screen.paint.good('is ready') : screen.paint.warning(verdictOf(why));
  const head = `${screen.paint.id(why.short)} ${verdict}: `;
  const room = screen.width - why.short.length - (why.ready ? 8 : verdictOf(why).length) - 3;
  const more = nextTotal - next.length;
  const steps = next.map(({ text }) => printable(text)).join(', ');
  return [
    `${head}${cut(printable(why.subject), Math.max(8, room))}`,
    ...branches(why, '', screen),
    ...(before > 1 ? [screen.paint.quiet(`${before} open tasks stand before it`)] : []),
    ...(steps === '' ? [] : [`${screen.paint.quiet('next:')} ${steps}${more > 0 ? ` and ${more} more` : ''}`]),
  ];
}

function verdictOf({ status, kind, reasons }: WhyNode): string {
  if (kind !== undefined) return `is a ${printable(kind)}, ${gateState(status)}`;
  if (status === 'completed' || status === 'cancelled') return `is ${status}`;
  return reasons.some((reason) => reason.kind === 'claimed') ? 'is taken' : 'is not ready';
}

function branches(node: WhyNode, indent: string, screen: Screen): string[] {
  const reasons = node.reasons.filter((reason) => reason.kind !== 'status' || node.reasons.length === 1);
  const rest = node.more === undefined ? [] : [`${indent}└─ and ${node.more} more`];
  const lines = reasons.flatMap((reason, i) => {
    const isLast = i === reasons.length - 1 && rest.length === 0;
    const stem = `${indent}${isLast ? '└─ ' : '├─ '}`;
    const line = `${screen.paint.quiet(stem)}${reasonText(reason, screen, screen.width - stem.length)}`;
    const because = 'because' in reason ? reason.because : undefined;
    if (because === undefined) return [line];
    return [line, ...branches(because, `${indent}${isLast ? '   ' : '│  '}`, screen)];
  });
  return [...lines, ...rest.map((line) => screen.paint.quiet(line))];
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
        `touches ${printable(reason.mine)} while ${printable(reason.because?.short ?? reason.id)} works on ${printable(reason.theirs)}`,
        room,
      );
    case 'not-work':
      return `is no task but a ${printable(reason.of)}`;
    case 'own-work':
      return cut(
        `reviews ${printable(reason.because?.short ?? reason.id)}, which ${printable(reason.actor)} completed: somebody else has to`,
        room,
      );
    case 'gate':
      return cut(`waits for the gate ${printable(reason.name)} (closed${sinceText(reason, screen)})`, room);
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

function sinceText({ by, at }: WhyReason, screen: Screen): string {
  return by === undefined || at === undefined ? '' : ` by ${printable(by)}, ${timeText(at, screen)}`;
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
