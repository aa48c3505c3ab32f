/** Gates, as lists and as what a change did to them. */
import type { GatesAnswer, GateView } from '../../app/gate.ts';
import { readyLines } from './changes.ts';
import { count } from './counts.ts';
import { printable } from './printable.ts';
import type { Screen, Style } from './screen.ts';
import { type Cell, tableLines } from './table.ts';
import { shortOf, type ShortIds } from './task-rows.ts';
import { timeText } from './times.ts';

/** One line for each gate: state, id, name, how many tasks wait for it, who changed it last. */
export function gateLines(gates: readonly GateView[], shortIds: ShortIds, screen: Screen): string[] {
  const { paint } = screen;
  const rows = gates.map((gate): Cell[] => [
    { text: gate.state, paint: styleOf(gate, screen) },
    { text: shortOf(gate.id, shortIds), paint: paint.id },
    { text: printable(gate.name) },
    { text: gate.waiting === 0 ? '-' : `${count(gate.waiting, 'task')} behind it` },
    { text: changeText(gate, screen), paint: paint.quiet },
  ]);
  return tableLines(rows, [{}, {}, { share: 3 }, {}, { share: 2, min: 10 }], screen);
}

/** One line for each gate, then what became ready, or goes on behind a closed gate. */
export function gateChangeLines(answer: GatesAnswer, screen: Screen): string[] {
  const { gates, changed, unblocked, running, shortIds } = answer;
  const { paint } = screen;
  return [
    ...gates.map((gate) => {
      const done = changed ? GATE_DONE[gate.state] : 'unchanged';
      const waiting = gate.waiting === 0 ? '' : paint.quiet(` (${count(gate.waiting, 'task')} behind it)`);
      return `${paint.good(done)} ${paint.id(shortOf(gate.id, shortIds))} ${printable(gate.name)}${waiting}`;
    }),
    ...readyLines(unblocked, shortIds, screen),
    ...running.map(({ id, subject, owner }) => {
      const who = owner === undefined ? '' : `, ${printable(owner)}`;
      return `  ${paint.warning('goes on')} ${paint.id(shortOf(id, shortIds))} ${printable(subject)} (in progress${who})`;
    }),
  ];
}

const GATE_DONE = { open: 'opened', closed: 'closed', cancelled: 'cancelled' } as const;

function styleOf({ state }: GateView, { paint }: Screen): Style {
  if (state === 'open') return paint.good;
  return state === 'closed' ? paint.warning : paint.quiet;
}

function changeText({ changedBy, changedAt }: GateView, screen: Screen): string {
  if (changedBy === undefined || changedAt === undefined) return '';
  return `${printable(changedBy)}, ${timeText(changedAt, screen)}`;
}
