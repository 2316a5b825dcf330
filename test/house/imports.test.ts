import { expect, test } from 'vitest';
import { filesUnder, importsOf, textOf } from './source-tree.ts';

/** Room -> rooms that it may import; type imports count. `main` and `bot` build the house and know every room. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  probes: ['domain'],
  rules: ['domain', 'probes'],
  actions: ['domain', 'probes'],
  sources: ['domain'],
  figures: ['domain', 'probes'],
  flow: ['domain'],
  io: ['domain', 'flow'],
  slack: ['domain', 'flow'],
  cli: ['domain', 'flow'],
  config: ['domain', 'io'],
  rehearsals: ['domain', 'flow', 'io', 'cli'],
  bot: ['domain', 'flow', 'io', 'slack', 'config'],
  main: ['domain', 'flow', 'io', 'slack', 'cli', 'config', 'bot', 'rehearsals'],
};

/** Library -> where it may be imported: one file, or one room. zod is everywhere. */
const HOME_OF: Readonly<Record<string, RegExp>> = {
  '@aws-sdk/client-s3': /^src\/io\/places\/s3\.ts$/,
  '@aws-sdk/lib-storage': /^src\/io\/places\/s3\.ts$/,
  '@electric-sql/pglite': /^src\/io\/store\/[a-z-]+\.ts$/,
  '@marcbachmann/cel-js': /^src\/io\/cel\.ts$/,
  '@slack/bolt': /^src\/slack\//,
  '@slack/types': /^src\/slack\//,
  '@slack/web-api': /^src\/slack\//,
  bullmq: /^src\/io\/queue\.ts$/,
  commander: /^src\/cli\/(program|handlers|commands\/[a-z-]+)\.ts$/,
  fastify: /^src\/io\/http\.ts$/,
  ioredis: /^src\/io\/redis\//,
  kysely: /^src\/io\/store\//,
  pg: /^src\/io\/store\/[a-z-]+\.ts$/,
  pino: /^src\/io\/log\.ts$/,
  'prom-client': /^src\/io\/metrics\.ts$/,
  ssh2: /^src\/io\/host\/ssh\.ts$/,
  yaml: /^src\/io\/yaml\.ts$/,
  zod: /^src\//,
};
const IN_ONE_FILE = ['pg', '@electric-sql/pglite'];

/** No clock, network or file below io: these rooms compute. */
const PURE = ['domain', 'probes', 'rules', 'actions', 'sources', 'figures'];

const FILES = filesUnder('src');
const IMPORTS = new Map(FILES.map((file) => [file, importsOf(file)]));
const isOurs = (name: string) => name.startsWith('src/');

function roomOf(file: string): string {
  return /^src\/([a-z-]+)/.exec(file)?.[1] ?? '';
}

test('the tree is being read', () => {
  expect(FILES.length).toBeGreaterThan(50);
  expect(IMPORTS.get('src/config.ts')).toEqual(expect.arrayContaining(['node:path', 'src/io/yaml.ts']));
});

test.each(Object.keys(MAY_IMPORT))('%s imports only the rooms that it may', (room) => {
  const allowed = [room, ...(MAY_IMPORT[room] ?? [])];
  const wrong = FILES.filter((file) => roomOf(file) === room).flatMap((file) =>
    (IMPORTS.get(file) ?? [])
      .filter((name) => isOurs(name) && !allowed.includes(roomOf(name)))
      .map((name) => `${file} imports ${name}`),
  );
  expect(wrong).toEqual([]);
});

test('every file under src is in a room of the table', () => {
  expect(FILES.filter((file) => !(roomOf(file) in MAY_IMPORT))).toEqual([]);
});

test('nothing under src leaves it', () => {
  const out = FILES.flatMap((file) =>
    (IMPORTS.get(file) ?? []).filter((name) => /^(demo|test|bench|deploy)\//.test(name)),
  );
  expect(out).toEqual([]);
});

test('each library is imported where it lives', () => {
  const wrong = FILES.flatMap((file) =>
    (IMPORTS.get(file) ?? [])
      .filter((name) => !isOurs(name) && !name.startsWith('node:') && !HOME_OF[name]?.test(file))
      .map((name) => `${file} imports ${name}`),
  );
  expect(wrong).toEqual([]);
});

test.each(IN_ONE_FILE)('%s is imported in one file', (library) => {
  expect(FILES.filter((file) => IMPORTS.get(file)?.includes(library)).length).toBeLessThanOrEqual(1);
});

test('each dependency is used', () => {
  const { dependencies } = JSON.parse(textOf('package.json')) as { dependencies: Record<string, string> };
  const used = new Set([...IMPORTS.values()].flat());
  expect(Object.keys(dependencies).filter((name) => !used.has(name))).toEqual([]);
});

test('what computes touches neither clock nor chance nor the world', () => {
  const wrong = FILES.filter((file) => PURE.includes(roomOf(file))).flatMap((file) => {
    const world = (IMPORTS.get(file) ?? []).filter((name) => name.startsWith('node:') && name !== 'node:crypto');
    const calls =
      /\bDate\.now\(|new Date\(\)|Math\.random\(|(?<![-\w])process\.[a-z]|setTimeout\(/.exec(textOf(file)) ?? [];
    return [...world, ...calls].map((what) => `${file}: ${what}`);
  });
  expect(wrong).toEqual([]);
});

test('the environment is read by main alone', () => {
  expect(FILES.filter((file) => file !== 'src/main.ts' && textOf(file).includes('process.env'))).toEqual([]);
});

test('no file imports itself, however long the way round', () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) cycles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
    if (done.has(file) || way.includes(file)) return;
    for (const next of (IMPORTS.get(file) ?? []).filter(isOurs)) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of FILES) visit(file, []);
  expect(cycles).toEqual([]);
});
