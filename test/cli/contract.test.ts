import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeVerb } from '../../src/cli/contract/describe.ts';
import { listSchemas } from '../../src/cli/contract/schemas.ts';
import { nameOf, VERBS } from '../../src/cli/verbs.ts';
import { contractJudge, type Judge } from '../support/contract.ts';
import { playWorking } from './contract/life-scenario.ts';
import { playPlanning } from './contract/plan-scenario.ts';
import { goldenNames, readGolden, writeGoldens } from './contract/golden.ts';
import { playSharing } from './contract/share-scenario.ts';
import { openStage, type Stage } from './contract/stage.ts';

/** Schemas of what the program reads. */
const READ = ['task', 'template', 'batch-line', 'jsonl-line'];

/**
 * Fields that need more than this scenario: a merge by others, a rewritten branch, a defect. `test/integration` has them
 * (doctor, sync, watch, mirror, run-command), `test/unit/graph` the causes of a standstill, and `test/unit/runner` the
 * report of a run.
 */
const ELSEWHERE: readonly RegExp[] = [
  /^\$mended\./,
  /^\$staleRow\.conflictCount$/,
  /^\$whyNode\.more$/,
  /^answer\.notices$/,
  /^error\.error\.stack$/,
  /^event\.(?:causes\[\]|from$|to$)/,
  /^mirror-answer\.issues\[\]\.id$/,
  /^run-event\|3\./,
  /^run-event\|5\.ending$/,
  /^run-report\.(?:ending|standstill)$/,
  /^sync-answer\|1\.remotes\[\]\.refused$/,
  /^uninstall-answer\.agentsLeft$/,
];

describe('the contract', () => {
  let stage: Stage;
  let judge: Judge;

  beforeAll(() => {
    stage = openStage();
    judge = contractJudge();
    playPlanning(stage);
    playWorking(stage);
    playSharing(stage);
    const actor = stage.actorIn(stage.top);
    actor.run(['schema']);
    actor.run(['schema', 'task']);
    actor.run(['help']);
    actor.run(['help', 'run']);
  }, 300_000);

  afterAll(() => stage.close());

  test('names every field of every answer of the scenario, and nothing else', () => {
    const problems = stage.plays.flatMap(({ schema, command, value }) => {
      const found = judge.problems(schema, value);
      return found.length === 0 ? [] : [`${command}: ${found.join('; ')} in ${JSON.stringify(value)}`];
    });
    expect(problems).toEqual([]);
  });

  test('promises no field that the scenario has not seen', () => {
    const written = listSchemas().filter(({ name }) => !READ.includes(name));
    const unseen = written.flatMap(({ name }) => judge.unseen(name));
    const missing = unseen.filter((place) => !ELSEWHERE.some((known) => known.test(place)));
    expect([...new Set(missing)].sort()).toEqual([]);
  });

  test('tells beforehand how a verb can end and what it can refuse', async () => {
    const views = new Map(
      await Promise.all(VERBS.map(async (entry) => [nameOf(entry), await describeVerb(entry)] as const)),
    );
    const untold = stage.plays.flatMap(({ verb, command, exit, value }) => {
      const { exits = [], refusals = [] } = views.get(verb) ?? {};
      const { error } = value as { readonly error?: { readonly code: string } };
      return [
        ...(exits.some((known) => known === exit) ? [] : [`${command}: exit ${exit}`]),
        ...(error === undefined || refusals.includes(error.code) ? [] : [`${command}: ${error.code}`]),
      ];
    });
    expect(untold).toEqual([]);
  });

  test('has lost no field of contract 1, and no field has another type', () => {
    const names = [...new Set(stage.plays.map(({ schema }) => schema))].sort();
    const lost = names.flatMap((name) => {
      const missing = readGolden(name).fields.filter((field) => !judge.fields(name).includes(field));
      return missing.map((field) => `contract 1 only grows, and ${name} has no longer: ${field}`);
    });
    const gone = goldenNames().filter((name) => !names.includes(name));
    expect([...lost, ...gone.map((name) => `contract 1 only grows, and nothing answers any longer: ${name}`)]).toEqual(
      [],
    );
  });

  test('keeps every field in its golden file, so that it can be missed later (UPDATE_CONTRACT=1 writes them)', () => {
    const hasGrown = (name: string): boolean =>
      judge.fields(name).some((field) => !readGolden(name).fields.includes(field));
    const grown = (): string[] => [...new Set(stage.plays.map(({ schema }) => schema))].filter(hasGrown);
    const plays = stage.plays.filter(({ schema }) => grown().includes(schema));
    if (process.env['UPDATE_CONTRACT'] === '1') writeGoldens(plays, judge);
    expect(grown()).toEqual([]);
  });
});
