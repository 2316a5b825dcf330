import { expect, test } from 'vitest';
import { filesUnder, textOf } from './source-tree.ts';

const FOLDERS = ['src', 'test', 'demo', 'bench', 'playbooks', 'deploy', 'docs'];
const FILES = [
  ...FOLDERS.flatMap((folder) =>
    ['.ts', '.js', '.mjs', '.yml', '.md', '.html', '.css'].flatMap((end) => filesUnder(folder, end)),
  ),
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'manifest.yml',
  'package.json',
].filter((file) => !file.startsWith('test/fixtures/') && file !== 'test/house/words.test.ts');

function linesWith(pattern: RegExp, files = FILES): string[] {
  return files.flatMap((file) =>
    textOf(file)
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );
}

test('nothing is left for later', () => {
  expect(linesWith(/\b(TODO|FIXME|XXX|HACK)\b|not implemented/i)).toEqual([]);
});

test('no test is skipped or alone', () => {
  expect(
    linesWith(
      /\b(test|describe|it)(\.\w+)*\.(only|skip|todo)\b/,
      FILES.filter((file) => file.startsWith('test/')),
    ),
  ).toEqual([]);
});

test('no check of types is switched off', () => {
  expect(linesWith(/@ts-(ignore|nocheck|expect-error)/)).toEqual([]);
});

test('no path of one machine', () => {
  expect(linesWith(/(^|[\s'"`(:])\/(work|root|home|Users)\//)).toEqual([]);
});
