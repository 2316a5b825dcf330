import { expect, test } from 'vitest';
import { z } from 'zod';
import { type AclAsk, aclCommand } from '../../src/cli/acl.ts';
import type { Handlers } from '../../src/cli/handlers.ts';
import { runProgram } from '../../src/cli/program.ts';
import { medicFile } from '../../src/config/schema.ts';
import { METRICS } from '../../src/io/metrics.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { filesUnder, textOf } from './source-tree.ts';

const README = textOf('README.md');

interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
}

/** Every key that medic.yml may hold, as a dotted path; names that people choose are `<name>`. */
function keysOf(schema: Schema, path: readonly string[] = []): string[] {
  if (schema.anyOf) return schema.anyOf.flatMap((branch) => keysOf(branch, path));
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([key, inner]) => keysOf(inner, [...path, key]));
  }
  const free = schema.additionalProperties;
  return path.length === 1 && typeof free === 'object' ? keysOf(free, [...path, '<name>']) : [path.join('.')];
}

const KEYS = [...new Set(keysOf(z.toJSONSchema(medicFile(), { io: 'input', unrepresentable: 'any' }) as Schema))];

test('the keys of medic.yml are found', () => {
  expect(KEYS).toEqual(expect.arrayContaining(['targets.<name>.tls.ca', 'approvers.users', 'window_s']));
});

test.each(KEYS)('README explains the key %s', (key) => {
  const table = README.slice(README.indexOf('\n## Configuration'), README.indexOf('\n## Command line'));
  const named = (path: string) => table.includes(`\`${path}\``);
  const [last = '', ...above] = key.split('.').reverse();
  const group = above.reverse().join('.');
  expect(named(key) || (table.includes(`\`${group}`) && (named(`.${last}`) || named(last)))).toBe(true);
});

test('README explains every environment variable that the configuration reads', () => {
  const variables = textOf('src/config/environment.ts').match(/^ {2}[A-Z][A-Z_]+(?=:)/gm) ?? [];
  expect(variables.length).toBeGreaterThan(8);
  expect(variables.filter((name) => !README.includes(`\`${name.trim()}\``))).toEqual([]);
});

test.each(Object.entries(METRICS))('README explains the metric %s and its labels', (name, metric) => {
  const labels = 'labels' in metric ? metric.labels : [];
  const row = README.split('\n').find((line) => line.startsWith(`| \`${name}\``));
  expect(row?.match(/`\w+`/g)).toEqual([name, ...labels].map((word) => `\`${word}\``));
});

test('the files that README links to are there', () => {
  const links = [...README.matchAll(/\]\(([^)]+)\)/g)]
    .map(([, link]) => link ?? '')
    .filter((link) => !link.startsWith('http'));
  const there = [...filesUnder('docs', ''), 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'LICENSE'];
  expect(links.filter((link) => !there.includes(link))).toEqual([]);
});

/** The line that `redis-medic acl` prints with these words. */
async function printed(words: string): Promise<string> {
  const shelves = await loadShelves();
  const lines: string[] = [];
  const output = { out: (text: string) => void lines.push(text), err: () => undefined };
  const handlers = { acl: async (ask: AclAsk) => aclCommand(shelves, ask, output) } as Handlers;
  await runProgram(`acl ${words}`.split(' '), handlers, output);
  return lines.join('').trim();
}

test.each([
  'diagnose --engine redis@7.0',
  'remediate all --engine redis@7.0',
  'diagnose --engine redis@6.2',
  'remediate all --engine redis@6.2',
  'sentinel',
])('README has the line that this prints now: npx redis-medic acl %s', async (words) => {
  const line = await printed(words);
  expect(line).toMatch(/^ACL SETUSER medic-(ro|fix) on >PASSWORD /);
  expect(README.split('\n').filter((one) => one.startsWith('ACL SETUSER'))).toContain(line);
});
