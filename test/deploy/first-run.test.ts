import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

let home = '';

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'redis-medic-first-run-'));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

function program(folder: string, script: string): void {
  mkdirSync(join(home, folder), { recursive: true });
  writeFileSync(join(home, folder, 'node'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(home, folder, 'node'), 0o755);
}

test.each(['demo', 'start'] as const)(
  'npm run %s uses the Node that setup has only just installed, though the shell remembers the older one',
  (script) => {
    const installed = join(home, script, 'new');
    program(`${script}/made`, 'echo "new Node: $*"');
    program(`${script}/old`, `echo "old Node: $1"; mkdir -p ${installed}; cp ${home}/${script}/made/node ${installed}`);
    const PATH = [installed, join(home, script, 'old'), process.env.PATH].join(':');
    const { stdout } = spawnSync('sh', ['-c', packageJson.scripts[script]], { env: { PATH }, encoding: 'utf8' });
    expect(stdout).toMatch(/^old Node: deploy\/setup\.mjs\nnew Node: (--\S+ )*\S+\.ts( start)?\n$/);
  },
);
