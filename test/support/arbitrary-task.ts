/** Random tasks for properties: every field, and every kind of string that has ever hurt a YAML file. */
import fc from 'fast-check';
import { sortedSet } from '../../src/task/text.ts';
import type { Claim, Conflict, Evidence, JsonValue, Note, Task } from '../../src/task/types.ts';

/** Texts that some reader of YAML takes for something else. */
const LOOKALIKES = (
  'yes no on off y n Y N true false null Null ~ NULL TRUE = << <<<<<<< 1e3 e5 .e5 1.5 .5 5. 0 -0 +1 007 0o17 0x1F ' +
  '0b101 1_000 12345678 1e345678 2026-11-22 2026-11-22T13:00:00Z 12:30:45 190:20:30.15 .inf -.INF .nan .NaN ._ -- --- ... ' +
  '[ ] { } [] {} , * *x & &x ! !x !!js % @ ` ? | |- > - : # \' " \\ __proto__ constructor toString a,b a]b'
)
  .split(' ')
  .concat([
    '- a',
    '# x',
    'a: b',
    'a:',
    ': a',
    'a #b',
    'a# b',
    ' lead',
    'trail ',
    '? a',
    '| a',
    '> a',
    '"a" b',
    "'a'",
    '2 x',
    'a: ',
  ]);

/** Characters that break lines, fool the eye or end a parser. */
const NASTY = [
  ...'\u0000\u0007\u0008\t\u000b\f\r\u001b\u007f\u0080\u0085\u009b\u00a0\u00ad\u034f\u061c\u200b\u200d\u200e',
].concat([
  ...'\u202a\u202e\u2028\u2029\u2066\u2069\u3000\ufe0f\ufeff\ufffe\uffff\u{e0001}\u{1f600}\u{10ffff}é漢 :#-|>"\'\\/',
  '\u001b[31m',
  '❤️',
]);

const nasty = fc.array(fc.oneof(fc.constantFrom(...NASTY), fc.constantFrom(...'abcXYZ019 ')), {
  minLength: 1,
  maxLength: 12,
});
const words = fc.array(fc.constantFrom('Run', 'the', 'API', 'tests', 'src/**', 'v2', '#12', 'a:b', '—', '(x)'), {
  minLength: 1,
});

/** Any string of one line (no LF) without lone surrogates; it may be empty or blank. */
function arbitraryString(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: words.map((list) => list.join(' ')) },
    { weight: 3, arbitrary: fc.constantFrom(...LOOKALIKES) },
    { weight: 2, arbitrary: nasty.map((list) => list.join('')) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' ')) },
    { weight: 1, arbitrary: fc.constantFrom('x'.repeat(900), 'two words '.repeat(90), '漢'.repeat(300)) },
  );
}

/** A value of a single-line field: not blank, at most 1,000 UTF-16 units. */
function arbitraryLine(): fc.Arbitrary<string> {
  return arbitraryString().filter((text) => text.trim() !== '' && text.length <= 1000);
}

/** Any text, with leading and trailing blanks, empty lines, tabs and line breaks of every kind. */
function arbitraryText(): fc.Arbitrary<string> {
  const line = fc.oneof(
    fc.constantFrom('', '', ' ', '  ', '\t', '\r', '  indented', '\tcode', 'trailing  ', '- item', '---'),
    arbitraryString(),
  );
  const plainLine = fc.constantFrom('', 'First line', '  code', '# Heading', '- [ ] todo', 'key: value', 'end  ');
  const join = (list: string[]): string => list.join('\n');
  return fc.oneof(fc.array(plainLine, { maxLength: 6 }).map(join), fc.array(line, { maxLength: 6 }).map(join));
}

/** A valid id. */
function arbitraryId(): fc.Arbitrary<string> {
  const digit = fc.constantFrom(...'0123456789abcdefghjkmnpqrstvwxyz');
  return fc.oneof(
    { weight: 9, arbitrary: fc.string({ unit: digit, minLength: 8, maxLength: 8 }) },
    { weight: 1, arbitrary: fc.constantFrom('12345678', '1e345678', 'e1234567', '0x123456', '00000000', '0b101010') },
  );
}

/** An instant with whole seconds. */
function arbitraryInstant(): fc.Arbitrary<string> {
  return fc
    .integer({ min: 0, max: 4_102_444_800 })
    .map((seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`);
}

/** A JSON value of some depth; no number that is -0. */
function arbitraryJson(): fc.Arbitrary<JsonValue> {
  const number = fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(1e21, 1e-7, 2 ** 60),
  );
  const scalar = fc.oneof(
    arbitraryText(),
    number.map((value) => (Object.is(value, -0) ? 0 : value)),
    fc.boolean(),
    fc.constant(null),
  );
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'json' },
      { weight: 3, arbitrary: scalar },
      { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'json' }) },
      {
        weight: 1,
        arbitrary: fc.dictionary(arbitraryKey(), tie('value'), {
          maxKeys: 3,
          depthIdentifier: 'json',
          noNullPrototype: true,
        }),
      },
    ),
  }));
  return value;
}

function arbitraryKey(): fc.Arbitrary<string> {
  const text = fc.oneof(arbitraryString(), fc.constantFrom('', '7', '10', 'a\nb', 'key', 'any', '<<'));
  return text.map((key) => key.slice(0, 60).toWellFormed());
}

function arbitrarySet(member: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  return fc.oneof(fc.constant([]), fc.array(member, { maxLength: 4 })).map((members) => sortedSet(members));
}

const optional = { requiredKeys: [] as [] };

function arbitraryClaim(): fc.Arbitrary<Claim> {
  const rest = fc.record(
    { session: arbitraryLine(), expires: arbitraryInstant(), hold: fc.boolean(), provisional: fc.boolean() },
    { ...optional, noNullPrototype: true },
  );
  return fc.tuple(fc.integer({ min: 1, max: 99 }), rest).map(([term, more]) => ({ term, ...more }));
}

function arbitraryNotes(): fc.Arbitrary<Note[]> {
  const note = { id: arbitraryId(), at: arbitraryInstant(), by: arbitraryLine(), text: arbitraryText() };
  return fc.array(fc.record(note, { noNullPrototype: true }), { maxLength: 3 });
}

function arbitraryConflicts(): fc.Arbitrary<Conflict[]> {
  const conflict = { field: arbitraryLine(), kept: arbitraryJson(), other: arbitraryJson(), base: arbitraryJson() };
  return fc.array(fc.record(conflict, { requiredKeys: ['field', 'kept', 'other'], noNullPrototype: true }), {
    maxLength: 2,
  });
}

function arbitraryEvidence(): fc.Arbitrary<Evidence[]> {
  const required = {
    id: arbitraryId(),
    at: arbitraryInstant(),
    by: arbitraryLine(),
    kind: fc.constantFrom('check', 'commit', 'url', 'file'),
    name: arbitraryLine(),
  } as const;
  const more = {
    commit: arbitraryLine(),
    exit: fc.integer({ min: 0, max: 255 }),
    seconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
    output: arbitraryText(),
  };
  const record = fc.record(
    { ...required, ...more },
    { requiredKeys: Object.keys(required) as never, noNullPrototype: true },
  );
  return fc.uniqueArray(record as fc.Arbitrary<Evidence>, { maxLength: 2, selector: ({ id }) => id });
}

/** Keys that no version knows yet. */
function arbitraryExtra(): fc.Arbitrary<Record<string, JsonValue>> {
  const key = arbitraryKey().map((name) => `x-${name}`);
  const keys = fc.oneof(key, fc.constantFrom('7', '10', 'list', 'estimate', '__proto__', ' x', 'null'));
  return fc.oneof(fc.constant({}), fc.dictionary(keys, arbitraryJson(), { maxKeys: 3, noNullPrototype: true }));
}

/** Any valid task. */
export function arbitraryTask(): fc.Arbitrary<Task> {
  const day = arbitraryInstant().map((instant) => instant.slice(0, 10));
  const required = {
    id: arbitraryId(),
    list: fc.constantFrom('main', 'release-2'),
    subject: arbitraryLine(),
    status: fc.constantFrom('pending', 'in_progress', 'completed', 'cancelled'),
    priority: fc.integer({ min: 0, max: 4 }),
    completedBy: arbitrarySet(arbitraryLine()),
    labels: arbitrarySet(arbitraryLine()),
    blockedBy: arbitrarySet(arbitraryId()),
    reviews: arbitrarySet(arbitraryId()),
    scope: arbitrarySet(fc.oneof(arbitraryLine(), fc.constantFrom('src/**', '*.md', '**/*.ts', '.github/**', '!x'))),
    acceptance: arbitrarySet(arbitraryLine()),
    accepted: arbitrarySet(arbitraryLine()),
    checks: arbitrarySet(arbitraryLine()),
    evidence: arbitraryEvidence(),
    notes: arbitraryNotes(),
    metadata: fc.oneof(
      fc.constant({}),
      fc.dictionary(arbitraryKey(), arbitraryJson(), { maxKeys: 4, noNullPrototype: true }),
    ),
    created: arbitraryInstant(),
    conflicts: arbitraryConflicts(),
    extra: arbitraryExtra(),
  } as const;
  const extras = {
    activeForm: arbitraryLine(),
    kind: fc.oneof(fc.constant('gate'), arbitraryLine()),
    owner: arbitraryLine(),
    claim: arbitraryClaim(),
    parent: arbitraryId(),
    due: fc.oneof(day, arbitraryInstant()),
    defer: fc.oneof(day, arbitraryInstant()),
    description: arbitraryText(),
    result: arbitraryText(),
    createdBy: arbitraryLine(),
  } as const;
  return fc.record(
    { ...required, ...extras },
    { requiredKeys: Object.keys(required) as never, noNullPrototype: true },
  ) as fc.Arbitrary<Task>;
}
