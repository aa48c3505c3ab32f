import fc from 'fast-check';
import { parse as parseJson, parseTree } from 'jsonc-parser';
import { parse as parseToml, stringify } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { SETUP_AGENTS } from '../../src/interop/setup/agents.ts';
import { ON_PATH } from '../../src/interop/setup/program.ts';
import type { SetupFile, SetupPlace } from '../../src/interop/setup/types.ts';
import { scratchSite, treeOf } from '../integration/support/setup-site.ts';

const place: SetupPlace = {
  scope: 'project',
  top: '/p',
  env: {},
  program: ON_PATH,
  read: () => '',
  isSame: () => false,
};
const FILES = SETUP_AGENTS.flatMap((agent) => agent.files(place));
const filesLike = (ending: string): fc.Arbitrary<SetupFile> =>
  fc.constantFrom(...FILES.filter(({ path }) => path.endsWith(ending)));

const word = fc.constantFrom('a', 'command', 'hooks', 'x y', 'é', '//', '"');
const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
const handler = fc.record({
  type: fc.constant('command'),
  command: fc.constantFrom('echo', 'git tasks list', 'x hook --agent claude'),
});
const group = fc.oneof(handler, fc.record({ matcher: fc.constant('*'), hooks: fc.array(handler, { maxLength: 2 }) }));
const events = fc.dictionary(
  fc.constantFrom('SessionStart', 'Stop', 'stop', 'Other'),
  fc.array(group, { maxLength: 3 }),
);
const servers = fc.dictionary(fc.constantFrom('other', 'git', 'tasks'), fc.dictionary(word, scalar));
const settings = fc.record(
  { mcpServers: servers, servers, hooks: events, version: fc.integer(), more: fc.jsonValue({ maxDepth: 2 }) },
  { requiredKeys: [] },
);

/** A JSON value as some person or program may have laid it out, also with comments. */
const laidOut = fc
  .tuple(
    settings,
    fc.constantFrom('', '\t', '  ', '    '),
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom('', '\uFEFF'),
    fc.constantFrom('', '\n', '\n\n  '),
    fc.array(fc.constantFrom('', ' ', '// note {', '/* } */'), { minLength: 1, maxLength: 5 }),
  )
  .map(([value, indent, eol, bom, end, gaps]) => {
    let next = 0;
    const lines = JSON.stringify(value, undefined, indent).split('\n');
    const text = lines.map((line) => (lines.length === 1 ? line : `${line}${gaps[next++ % gaps.length]}`)).join('\n');
    return bom + `${text}${end}`.replaceAll('\n', eol);
  });

const prose = fc
  .tuple(
    fc.constantFrom('', '\uFEFF'),
    fc.array(fc.constantFrom('# Rules', 'Be kind.  ', '', '<!-- note -->', '```'), { maxLength: 6 }),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([bom, lines, eol]) => bom + lines.join(eol));

const toml = fc
  .tuple(
    fc.dictionary(fc.constantFrom('model', 'x y'), fc.string()),
    fc.dictionary(fc.constantFrom('other', 'git'), fc.record({ command: fc.string() })),
    fc.constantFrom('', '# end', '\n\n'),
  )
  .map(([top, mcp, end]) => `# mine\n${stringify({ ...top, mcp_servers: mcp })}${end}`);

function add({ path, edits }: SetupFile, text: string): string {
  return edits.reduce((before, edit) => edit.add(before, path), text);
}

function remove({ path, edits }: SetupFile, text: string): string {
  return edits.reduce((before, edit) => edit.remove(before, path), text);
}

function valueOf(text: string): { readonly version?: unknown } {
  return parseJson(text.replace('\uFEFF', '')) as object;
}

function commentsIn(text: string): number {
  return text.split('// note {').length + text.split('/* } */').length;
}

/** A value without the empty maps and lists in it: taking out what is ours may leave one less. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutEmpty);
  const kept = Object.entries(value)
    .map(([key, inner]) => [key, withoutEmpty(inner)] as const)
    .filter(([, inner]) => typeof inner !== 'object' || inner === null || Object.keys(inner).length > 0);
  return Object.fromEntries(kept);
}

describe('edits of files that others have written', () => {
  it('of JSON: what was there stays, comments too; twice is once; taken out, the value is as before', () => {
    fc.assert(
      fc.property(filesLike('.json'), laidOut, (file, text) => {
        const made = add(file, text);
        expect(add(file, made)).toBe(made);
        expect(remove(file, text)).toBe(text);
        expect(commentsIn(made)).toBe(commentsIn(text));
        expect(parseTree(made.replace('\uFEFF', ''))?.type).toBe('object');
        const out = remove(file, made);
        expect(commentsIn(out)).toBe(commentsIn(text));
        const { version, ...rest } = valueOf(out);
        const { version: before, ...others } = valueOf(text);
        expect(withoutEmpty(rest)).toEqual(withoutEmpty(others));
        expect(before === undefined || before === version).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('of Markdown and TOML: what was there stays in front; twice is once; taken out, it is as before but for its last line end', () => {
    const trimmed = (text: string): string => text.replace(/(?:\r?\n)+$/, '');
    fc.assert(
      fc.property(
        fc.oneof(fc.tuple(filesLike('AGENTS.md'), prose), fc.tuple(filesLike('.toml'), toml)),
        ([file, text]) => {
          const made = add(file, text);
          expect(made.startsWith(text)).toBe(true);
          expect(add(file, made)).toBe(made);
          expect(remove(file, text)).toBe(text);
          expect(trimmed(remove(file, made))).toBe(trimmed(text));
          if (file.path.endsWith('.toml'))
            expect(Object.keys(parseToml(made)['mcp_servers'] ?? {})).toContain('git-tasks');
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('setup and setup --remove', () => {
  it('give back the same bytes, whatever was there and whichever agents came and went', async () => {
    const ids = fc.subarray(
      SETUP_AGENTS.map(({ id }) => id),
      { minLength: 1 },
    );
    const contents = fc.record({ json: laidOut, md: prose, toml });
    await fc.assert(
      fc.asyncProperty(ids, ids, contents, fc.boolean(), async (first, second, { json, md, toml: config }, isThere) => {
        const site = await scratchSite('project');
        for (const { path } of isThere ? FILES : []) {
          const text = path.endsWith('.json') ? json : path.endsWith('.toml') ? config : md;
          if (!path.endsWith('SKILL.md')) site.write(path.replace('/p/', ''), text);
        }
        const before = treeOf(site.top);
        await site.run(first);
        await site.run(second);
        expect((await site.run(first)).changes).toBe(0);
        await site.run(second, { remove: true });
        await site.run(first, { remove: true });
        expect(treeOf(site.top)).toEqual(before);
      }),
      { numRuns: 25 },
    );
  });
});
