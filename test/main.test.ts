import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'redis-medic-main-'));
writeFileSync(join(home, 'medic.yml'), 'targets: {}\n');

afterAll(() => rmSync(home, { recursive: true, force: true }));

test.each(['list', 'verify', 'export'])('audit %s makes no database where there is none', async (command) => {
  const child = spawn(process.execPath, [MAIN, 'audit', command], { cwd: home, env: {} });
  const [status, out, err] = await Promise.all([
    new Promise<number | null>((resolve) => child.on('exit', resolve)),
    text(child.stdout),
    text(child.stderr),
  ]);
  expect({ status, out }).toEqual({ status: 64, out: '' });
  expect(err).toContain(`There is no database in ${join(home, 'data')}`);
  expect(existsSync(join(home, 'data'))).toBe(false);
});
