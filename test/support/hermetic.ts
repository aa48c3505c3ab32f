/**
 * Shuts the machine out of the tests: nobody's git identity, settings, session or time zone reaches them.
 * Vitest runs this before each test file.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

// All but the knobs of the tests themselves.
const FOREIGN =
  /^(?:GIT_(?!TASKS_(?:LONG|SEED)$)|CLAUDE|CODEX|XDG_|npm_)|^(?:NODE_EXTRA_CA_CERTS|EDITOR|VISUAL|PAGER|EMAIL|FORCE_COLOR)$/;

for (const name of Object.keys(process.env)) {
  if (FOREIGN.test(name)) delete process.env[name];
}

const home = realpathSync(mkdtempSync(join(tmpdir(), 'git-tasks-home-')));
Object.assign(process.env, {
  HOME: home,
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  // A folder outside of every repository stays outside, whatever the temporary folder is in.
  GIT_CEILING_DIRECTORIES: realpathSync(tmpdir()),
  NO_COLOR: '1',
  TZ: 'UTC',
  LC_ALL: 'C',
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});
