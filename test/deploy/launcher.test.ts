import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';

const LAUNCHER = new URL('../../src/redis-medic.js', import.meta.url);
// Makes any Node say that it is 20, as the launcher would find it on an older system.
const OLD = `data:text/javascript,${encodeURIComponent(
  "if (!process.argv[1]?.endsWith('main.ts')) Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })",
)}`;

let home = '';
let launcher = '';

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'redis-medic-launcher-'));
  mkdirSync(join(home, 'src'));
  launcher = join(home, 'src/redis-medic.js');
  cpSync(LAUNCHER, launcher);
  writeFileSync(join(home, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(home, 'src/main.ts'),
    `const words: string[] = process.argv.slice(2);
process.exitCode = Number(words[0]) || 0;
if (words[0] === 'wait') {
  process.on('SIGTERM', () => process.exit(7));
  setInterval(() => {}, 1000);
}
console.log(JSON.stringify(words));
`,
  );
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

function launch(words: string[], node: string[] = []): ChildProcess & { stdout: NodeJS.ReadableStream } {
  return spawn(process.execPath, [...node, launcher, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function outcome(child: ChildProcess) {
  const [status, out, err] = await Promise.all([
    new Promise<number | null>((resolve) => child.on('exit', resolve)),
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ]);
  return { status, out, err };
}

function bundle(): void {
  const folder = join(home, `node_modules/node-linux-${process.arch}/bin`);
  mkdirSync(folder, { recursive: true });
  symlinkSync(process.execPath, join(folder, 'node'));
}

test('on Node 24 the program runs at once, with its words and exit status', async () => {
  expect(await outcome(launch(['3', '--json']))).toEqual({ status: 3, out: '["3","--json"]\n', err: '' });
});

test('on an older Node without a bundled one it says what is needed', async () => {
  const { status, out, err } = await outcome(launch(['0'], ['--import', OLD]));
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toContain('needs Node 24 or newer');
  expect(err).toContain('npm run setup');
});

test.runIf(process.platform === 'linux')(
  'on an older Node the bundled one takes over; status and signals pass',
  async () => {
    bundle();
    expect(await outcome(launch(['2', 'a b'], ['--import', OLD]))).toEqual({
      status: 2,
      out: '["2","a b"]\n',
      err: '',
    });
    const waiting = launch(['wait'], ['--import', OLD]);
    waiting.stdout.once('data', () => waiting.kill('SIGTERM'));
    expect((await outcome(waiting)).status).toBe(7);
  },
);
