import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLogFile } from '../../../src/runner/log-file.ts';
import { scratchFolder } from '../../support/git.ts';

describe('the file of an output', () => {
  it('is made with the first byte', () => {
    const path = join(scratchFolder(), 'a.log');
    const log = createLogFile(path, 100);
    expect(existsSync(path)).toBe(false);
    log.write(Buffer.from([0, 255, 27]));
    log.close();
    expect([...readFileSync(path)]).toEqual([0, 255, 27]);
  });

  it('keeps the end, and never more than its bound', () => {
    const path = join(scratchFolder(), 'a.log');
    const log = createLogFile(path, 100);
    let all = '';
    for (let i = 0; i < 100; i++) {
      const text = `line ${i}\n`;
      all += text;
      log.write(Buffer.from(text));
    }
    log.close();
    const kept = readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8');
    expect(kept.length).toBeLessThanOrEqual(100);
    expect(kept.length).toBeGreaterThan(50);
    expect(all.endsWith(kept)).toBe(true);
  });

  it('says why nothing more is kept, and lets the work go on', () => {
    const log = createLogFile(join(scratchFolder(), 'no', 'such', 'folder'), 100);
    log.write(Buffer.from('a'));
    log.write(Buffer.from('b'));
    expect(log.failure()).toContain('ENOENT');
    expect(log.hasText()).toBe(false);
  });
});
