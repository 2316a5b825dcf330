import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Fill, readYaml } from '../../src/io/yaml.ts';

const Schema = z.strictObject({
  targets: z.record(
    z.string().regex(/^[a-z-]+$/, 'a name has small letters and dashes'),
    z.strictObject({
      url: z.string(),
      purpose: z.enum(['cache', 'store']).optional(),
      replicas: z.number().int().max(5).optional(),
      step: z.union([z.strictObject({ action: z.string() }), z.strictObject({ wait: z.string() })]).optional(),
      size: z.union([z.string(), z.number()]).optional(),
    }),
  ),
  channel: z.string().optional(),
});

function mistakesOf(text: string, fill?: Fill): string[] {
  const read = readYaml('medic.yml', text, Schema, fill);
  return read.kind === 'mistakes' ? read.mistakes : [];
}

test('a good file gives its value and the place of each part', () => {
  const read = readYaml('medic.yml', 'targets:\n  prod:\n    url: "redis://a"\n', Schema);
  if (read.kind !== 'read') throw new Error(read.mistakes.join('\n'));
  expect(read.value).toEqual({ targets: { prod: { url: 'redis://a' } } });
  expect(read.at(['targets', 'prod', 'url'])).toEqual({ line: 3, column: 10 });
  expect(read.at(['targets', 'prod', 'nothing'])).toEqual({ line: 2, column: 3 });
  expect(read.mistake(['targets', 'prod', 'url'], 'no such host', 8)).toBe(
    'medic.yml:3:19: targets.prod.url: no such host\n        url: "redis://a"\n                      ^',
  );
});

test('a misspelt key is one mistake with its place, the allowed keys and what was meant', () => {
  expect(mistakesOf('targets:\n  prod:\n    url: x\n    purpos: cache\n')).toEqual([
    'medic.yml:4:5: targets.prod.purpos: unknown key. Allowed: url, purpose, replicas, step, size. Did you mean "purpose"?\n' +
      '        purpos: cache\n        ^',
  ]);
  expect(mistakesOf('targets:\n  prod:\n    ulr: x\n')).toEqual([
    expect.stringMatching(/^medic.yml:3:5: targets.prod.ulr: unknown key.*Did you mean "url"\?/),
  ]);
});

test.each([
  [
    'a value that is not in the list',
    'url: x, purpose: cashe',
    'purpose: expected one of cache, store. Did you mean "cache"?',
  ],
  ['a missing key', 'purpose: cache', 'url: this key is required.'],
  ['another type', 'url: [a]', 'url: expected text'],
  ['a list where a map belongs', 'url: x, step: [a]', 'step: expected a map'],
  ['a fraction', 'url: x, replicas: 1.5', 'replicas: expected a whole number'],
  ['a number out of range', 'url: x, replicas: 9', 'replicas: Too big: expected number to be <=5'],
  ['neither of two types', 'url: x, size: [1]', 'size: expected text or a number'],
  [
    'a misspelt key of one form of a union',
    'url: x, step: {actoin: y}',
    'step.actoin: unknown key. Allowed: action, wait. Did you mean "action"?',
  ],
])('%s', (_what, body, want) => {
  const found = mistakesOf(`targets: { prod: { ${body} } }`);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(`targets.prod.${want}`);
});

test('a bad name of a map entry points at the name', () => {
  expect(mistakesOf('targets:\n  Prod!: {url: x}')[0]).toMatch(
    /^medic.yml:2:3: targets.Prod!: a name has small letters and dashes\n/,
  );
});

test('every mistake comes at once, in the order of the file', () => {
  const found = mistakesOf('targets:\n  a: {url: 1}\n  b: {urll: x}\nchanel: C1\n');
  expect(found.map((mistake) => mistake.split(': ')[1])).toEqual(['targets.a.url', 'targets.b.urll', 'chanel']);
});

test.each([
  ['a duplicate key', 'targets: {}\ntargets: {}\n', 'medic.yml:2:1: Map keys must be unique'],
  [
    'bad indentation',
    'targets:\n  a:\n   url: x\n  url: y\n bad\n',
    'medic.yml:5:1: All mapping items must start at the same column',
  ],
  ['a tab', 'targets:\n\ta: 1\n', 'medic.yml:2:'],
  ['an unclosed quote', 'channel: "x\n', 'medic.yml:'],
  ['an empty file', '', 'medic.yml:1:1: expected a map'],
  ['a scalar', 'hello', 'medic.yml:1:1: expected a map'],
  ['two documents', 'targets: {}\n---\ntargets: {}\n', 'medic.yml:2:1:'],
])('%s is a mistake with its place', (_what, text, want) => {
  expect(mistakesOf(text)[0]).toContain(want);
});

test('an alias bomb is refused', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefg'
      .split('')
      .map((name, at) => `${name}: &${name} [${Array<string>(9).fill(`*${'abcdef'[at]}`).join(',')}]`),
  ];
  expect(mistakesOf(bomb.join('\n'))[0]).toContain('Excessive alias count');
});

test('a __proto__ key is an unknown key and changes nothing', () => {
  expect(mistakesOf('targets: {}\n__proto__: {polluted: 1}\n')[0]).toContain('__proto__: unknown key');
  expect('polluted' in {}).toBe(false);
});

test('string values are filled in, keys are not, and what cannot be filled names its place once', () => {
  const fill: Fill = (text) =>
    text.includes('$GONE') ? { mistake: 'GONE is not set' } : { text: text.replace('$U', 'redis://u') };
  const read = readYaml('medic.yml', 'targets: {prod: {url: $U}}', Schema, fill);
  expect(read).toMatchObject({ value: { targets: { prod: { url: 'redis://u' } } } });
  expect(mistakesOf('targets:\n  a: {url: $U, purpose: $GONE}\n', fill)).toEqual([
    expect.stringMatching(/^medic.yml:2:25: targets.a.purpose: GONE is not set\n/),
  ]);
});

test.each([
  '{prod: {url: x, ur: "redis://me:hunter22@host", password: hunter33}}',
  '{prod: {url: x, ur: y, password: "a,hunter"}}',
  "{prod: {url: x, ur: y, 'password': 'a}hunter'}}",
  `{prod: {url: x, ur: y, password: "$\{X}hunter"}}`,
])('the shown source line hides passwords: %s', (entries) => {
  const [found] = mistakesOf(`targets: ${entries}`);
  expect(found).toContain('unknown key');
  expect(found).not.toContain('hunter');
});

test('any text is either read or refused with a place, never a crash', () => {
  const line = fc.constantFrom(
    'targets:',
    '  a:',
    '    url: x',
    '  <<: *b',
    '&b',
    '- x',
    '? y',
    ': z',
    '"',
    '{',
    '!!tag',
    '%YAML',
    '---',
    '|',
    '*b',
    '\t',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(line).map((lines) => lines.join('\n')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const found = mistakesOf(text);
      expect(found.filter((mistake) => !/^medic\.yml:\d+:\d+: /.test(mistake))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
