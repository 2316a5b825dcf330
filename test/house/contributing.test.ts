import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { loadShelf, loadShelves } from '../../src/io/shelves.ts';
import { textOf } from './source-tree.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXAMPLES = [...textOf('CONTRIBUTING.md').matchAll(/^```(?:ts|yaml)\n(?:\/\/|#) (\S+)\n([\s\S]*?)^```$/gm)].map(
  ([, path = '', text = '']) => ({ path, text }),
);

let copy = '';

/** A tree like ours with the examples in it: the rooms that they import are ours. */
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'redis-medic-examples-'));
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    include: ['src'],
    compilerOptions: { typeRoots: [join(ROOT, 'node_modules/@types')] },
  };
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(copy, 'package.json'), '{"type":"module"}');
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  mkdirSync(join(copy, 'src/probes'), { recursive: true });
  symlinkSync(join(ROOT, 'src/domain'), join(copy, 'src/domain'));
  for (const probe of ['host-config-file', 'observability-config', 'replication', 'server']) {
    symlinkSync(join(ROOT, `src/probes/${probe}.ts`), join(copy, `src/probes/${probe}.ts`));
  }
  for (const { path, text } of EXAMPLES) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

test('there is an example of each kind of unit', () => {
  expect(EXAMPLES.map(({ path }) => path.split('/').slice(0, -1).join('/'))).toEqual([
    'src/probes',
    'src/rules/commands',
    'src/actions',
    'playbooks',
    'src/sources',
  ]);
});

test('the examples compile', () => {
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  const { status, stdout } = spawnSync(tsc, ['--noEmit', '-p', copy], { encoding: 'utf8', cwd: copy });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

test('the example playbook names what is there', async () => {
  const shelves = await loadShelves();
  const folder = (name: string) => pathToFileURL(`${join(copy, name)}/`);
  const actions = await loadShelf<(typeof shelves.actions extends ReadonlyMap<string, infer A> ? A : never) & object>(
    folder('src/actions'),
  );
  const playbooks = await loadPlaybooks({ ...shelves, actions }, folder('playbooks'));
  expect([...playbooks.keys()]).toEqual(
    EXAMPLES.filter(({ path }) => path.endsWith('.yml')).map(({ path }) => basename(path, '.yml')),
  );
});
