import { Ajv } from 'ajv';
import { encode as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { VERBS, nameOf } from '../../../src/cli/verbs.ts';
import { HOOK_REGISTRATIONS } from '../../../src/interop/hooks/registrations.ts';
import { SETUP_AGENTS, setupAgents } from '../../../src/interop/setup/agents.ts';
import { PLUGIN_MANIFEST, pluginFiles } from '../../../src/interop/setup/plugin.ts';
import { hookCommand, isOurHook, ON_PATH } from '../../../src/interop/setup/program.ts';
import { sectionText } from '../../../src/interop/setup/sections.ts';
import { skillText } from '../../../src/interop/setup/skill.ts';

describe('what agents are told', () => {
  it.each(['project', 'user'] as const)('costs at most 250 tokens in the instructions of the %s', (scope) => {
    expect(o200k(sectionText(scope)).length).toBeLessThanOrEqual(250);
    expect(cl100k(sectionText(scope)).length).toBeLessThanOrEqual(250);
  });

  it('names only verbs that there are', () => {
    const texts = [sectionText('project'), sectionText('user'), skillText()].join('\n');
    const named = new Set([...texts.matchAll(/`git tasks ([a-z]+)/g)].map(([, verb]) => verb));
    const known = new Set(VERBS.map((entry) => nameOf(entry)));
    expect([...named].filter((verb) => !known.has(verb ?? ''))).toEqual([]);
    expect(named.size).toBeGreaterThan(5);
  });

  it('is a skill by the documented form: a name like its folder and a description of at most 1024 characters', () => {
    const [, head, body] = /^---\n(.*?)\n---\n(.*)$/s.exec(skillText()) ?? [];
    const { name, description, ...others } = parse(head ?? '') as { name: string; description: string };
    expect(name).toBe('git-tasks');
    expect(description.length).toBeLessThanOrEqual(1024);
    expect(others).toEqual({});
    expect(o200k(body ?? '').length).toBeLessThan(700);
  });
});

describe('the agents', () => {
  it('are those whose hooks there are, each with the pages that document its files', () => {
    expect(SETUP_AGENTS.map(({ id }) => id).toSorted()).toEqual(Object.keys(HOOK_REGISTRATIONS).toSorted());
    for (const { manuals } of SETUP_AGENTS) expect(manuals.length).toBeGreaterThan(2);
  });

  it('are found by their other names, each once, and refused by any other', () => {
    expect(setupAgents(['vscode', 'copilot', 'claude-code']).map(({ id }) => id)).toEqual(['copilot', 'claude']);
    expect(() => setupAgents(['emacs'])).toThrow('There is no setup for "emacs"');
  });

  it('know their own hook, however the program is named, and no other', () => {
    const { claude } = HOOK_REGISTRATIONS;
    const programs = [
      ON_PATH,
      ['/usr/bin/node', '/opt/git-tasks.js'],
      ['/usr/bin/node', "/it's here/bin/git-tasks.js"],
      ['C:\\git-tasks.exe'],
    ];
    const others = [
      'git tasks hook --agent codex',
      'git tasks list',
      'my-git tasks hook --agent claude x',
      'x hook --agent claude',
      3,
    ];
    expect(programs.filter((program) => !isOurHook(hookCommand(claude, program), 'claude'))).toEqual([]);
    expect(others.filter((other) => isOurHook(other, 'claude'))).toEqual([]);
  });
});

/**
 * The documented forms, written down from https://code.claude.com/docs/en/plugins/manifest-reference,
 * …/plugins/marketplace-reference, …/hooks and …/mcp. Strict: keys that these pages do not name are refused.
 */
const NAME = { type: 'string', pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' };
const PERSON = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: { name: { type: 'string', minLength: 1 }, email: { type: 'string' }, url: { type: 'string' } },
};
const TEXT = { type: 'string', minLength: 1 };
const MANIFEST = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: NAME,
    version: { type: 'string', pattern: String.raw`^\d+\.\d+\.\d+(-[\w.]+)?$` },
    description: TEXT,
    author: PERSON,
    homepage: TEXT,
    repository: TEXT,
    license: TEXT,
    keywords: { type: 'array', items: TEXT },
  },
};
const MARKETPLACE = {
  type: 'object',
  // Its validator warns of one without a description.
  required: ['name', 'description', 'owner', 'plugins'],
  additionalProperties: false,
  properties: {
    name: NAME,
    description: TEXT,
    owner: PERSON,
    plugins: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['name', 'source'],
        additionalProperties: false,
        properties: {
          name: NAME,
          source: { type: 'string', pattern: String.raw`^\./` },
          description: TEXT,
          version: TEXT,
        },
      },
    },
  },
};
const HOOKS = {
  type: 'object',
  required: ['hooks'],
  additionalProperties: false,
  properties: {
    description: TEXT,
    hooks: {
      type: 'object',
      propertyNames: {
        enum: [
          'SessionStart',
          'SessionEnd',
          'UserPromptSubmit',
          'PreToolUse',
          'PostToolUse',
          'PostToolBatch',
          'TaskCreated',
          'TaskCompleted',
          'TeammateIdle',
          'Stop',
          'SubagentStart',
          'SubagentStop',
          'PreCompact',
          'PostCompact',
        ],
      },
      additionalProperties: {
        type: 'array',
        items: {
          type: 'object',
          required: ['hooks'],
          additionalProperties: false,
          properties: {
            matcher: { type: 'string' },
            hooks: {
              type: 'array',
              minItems: 1,
              items: {
                type: 'object',
                required: ['type', 'command'],
                additionalProperties: false,
                properties: {
                  type: { const: 'command' },
                  command: TEXT,
                  timeout: { type: 'number', exclusiveMinimum: 0 },
                },
              },
            },
          },
        },
      },
    },
  },
};
const SERVERS = {
  type: 'object',
  required: ['mcpServers'],
  additionalProperties: false,
  properties: {
    mcpServers: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['command'],
        additionalProperties: false,
        properties: {
          type: { const: 'stdio' },
          command: TEXT,
          args: { type: 'array', items: { type: 'string' } },
          env: { type: 'object', additionalProperties: { type: 'string' } },
          alwaysLoad: { type: 'boolean' },
        },
      },
    },
  },
};

describe('the plugin for Claude Code', () => {
  const files = pluginFiles('1.2.3');
  const ajv = new Ajv({ strict: true });

  it.each([
    [PLUGIN_MANIFEST, MANIFEST],
    ['.claude-plugin/marketplace.json', MARKETPLACE],
    ['hooks/hooks.json', HOOKS],
    ['.mcp.json', SERVERS],
  ])('%s has the documented form', (path, schema) => {
    const validate = ajv.compile(schema);
    validate(JSON.parse(files.get(path) ?? ''));
    expect(validate.errors).toBeNull();
    // The schema can fail: a key more is one too many.
    expect(validate({ ...(JSON.parse(files.get(path) ?? '') as object), other: 1 })).toBe(false);
  });

  it('has its parts where Claude Code looks for them, and nothing else', () => {
    expect([...files.keys()]).toEqual([
      '.claude-plugin/plugin.json',
      '.claude-plugin/marketplace.json',
      '.mcp.json',
      'hooks/hooks.json',
      'skills/git-tasks/SKILL.md',
    ]);
  });
});
