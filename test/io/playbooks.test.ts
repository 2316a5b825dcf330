import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/domain/action.ts';
import { Problem } from '../../src/domain/problem.ts';
import { defineRule } from '../../src/domain/rule.ts';
import { loadPlaybooks, readPlaybooks } from '../../src/io/playbooks.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import memory from '../../src/probes/memory.ts';

const rule = defineRule({ scope: 'node', needs: {}, more: 'More.', check: () => undefined });
const action = defineAction({
  args: z.strictObject({
    fill: z.number().max(0.9).default(0.75),
    mode: z.enum(['fast', 'safe']).optional(),
    bytes: z.number().int().positive().optional(),
    host: z.string().optional(),
    force: z.boolean().optional(),
  }),
  needs: [],
  sends: [],
  risks: ['reversible'],
  plan: () => ({ refused: 'never' }),
});
const named = {
  probes: new Map([['memory', memory]]),
  rules: new Map([
    ['memory-full', rule],
    ['replica-lag', rule],
  ]),
  actions: new Map([['raise-limit', action]]),
};

const GOOD = `title: Raise the limit
summary: The data no longer fits.
when: [memory-full]
unless:
  - guard: memory.maxmemory == 0
    because: There is no limit.
steps:
  - action: raise-limit
    with:
      fill: 0.8
  - wait:
      until: memory.used_memory < memory.maxmemory
      timeout_s: 60
settled:
  within_s: 10
  hold:
    - memory.used_memory < 0.9 * memory.maxmemory
`;

const CHOSEN = GOOD.replace('fill: 0.8', 'fill: 0.8\n      bytes: $size').replace(
  'settled:',
  `parameters:
  size:
    type: size
    label: New limit
    default: memory.used_memory * 1.5
    min: 1mb
    max: 1tb
settled:`,
);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'playbooks-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const load = () => loadPlaybooks(named, pathToFileURL(`${folder}/`));

async function mistakes(text: string): Promise<string> {
  await write('mine.yml', text);
  const error = await load().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Problem);
  expect((error as Problem).code).toBe('playbook-invalid');
  return (error as Problem).message;
}

test('the file name is the id, and every guard is compiled', async () => {
  await write('raise.yml', GOOD);
  await write('README.md', 'not a playbook');
  const loaded = await load();
  expect([...loaded.keys()]).toEqual(['raise']);
  const raise = loaded.get('raise');
  expect(raise?.unless[0]?.because).toBe('There is no limit.');
  expect(raise?.hold[0]?.text).toContain('0.9');
  expect([...(raise?.waits.keys() ?? [])]).toEqual(['memory.used_memory < memory.maxmemory']);
});

describe('a mistake stops the start with file, line, column and what was meant', () => {
  test.each([
    [
      'an unknown rule',
      'when: [memory-full]',
      'when: [memory-ful]',
      'mine.yml:3:8: when.0: there is no rule "memory-ful". Did you mean "memory-full"?',
    ],
    ['a rule that is nothing like one', 'when: [memory-full]', 'when: [zzzzzz]', 'Allowed: memory-full, replica-lag.'],
    [
      'an unknown action',
      'action: raise-limit',
      'action: rise-limit',
      'mine.yml:8:13: steps.0.action: there is no action "rise-limit". Did you mean "raise-limit"?',
    ],
    [
      'a misspelt argument',
      'fill: 0.8',
      'fil: 0.8',
      'mine.yml:10:12: steps.0.with.fil: unknown key. Allowed: fill, mode, bytes, host, force. Did you mean "fill"?',
    ],
    [
      'an argument of the wrong kind',
      'fill: 0.8',
      'fill: much',
      'mine.yml:10:13: steps.0.with.fill: expected a number',
    ],
    ['an argument out of range', 'fill: 0.8', 'fill: 1.5', 'mine.yml:10:13: steps.0.with.fill'],
    ['a value that is not allowed', 'fill: 0.8', 'mode: fst', 'expected one of fast, safe. Did you mean "fast"?'],
    ['a misspelt key', 'summary:', 'sumary:', 'mine.yml:2:1: sumary: unknown key'],
    [
      'a guard with an unknown field',
      'guard: memory.maxmemory == 0',
      'guard: memory.maxmemry == 0',
      'mine.yml:5:19: unless.0.guard: memory has no field "maxmemry", did you mean "maxmemory"?',
    ],
    [
      'a guard that is no condition',
      '- memory.used_memory < 0.9 * memory.maxmemory',
      '- memory.used_memory',
      'settled.hold.0: a guard must be true or false',
    ],
    [
      'a wait with matches',
      'until: memory.used_memory < memory.maxmemory',
      'until: memory.maxmemory_policy.matches("x")',
      'steps.1.wait.until: matches is not allowed',
    ],
    [
      'a rule that must be clear',
      'within_s: 10',
      'clear: [replica-lg]\n  within_s: 10',
      'settled.clear.0: there is no rule "replica-lg"',
    ],
    ['broken YAML', 'settled:', 'settled', 'mine.yml:'],
  ])('%s', async (_what, right, wrong, message) => {
    expect(GOOD).toContain(right);
    expect(await mistakes(GOOD.replace(right, wrong))).toContain(message);
  });

  test.each([
    [
      'a key that is none',
      'label: New limit',
      'lable: New limit',
      'parameters.size.lable: unknown key. Allowed: type, label,',
    ],
    [
      'a type that is none',
      'type: size',
      'type: siz',
      'mine.yml:17:11: parameters.size.type: expected one of integer, number, size',
    ],
    ['a name with a capital', '  size:', '  Size:', 'mine.yml:16:3: parameters.Size: a name is made of small letters'],
    [
      'an argument that names none',
      '$size',
      '$sise',
      'mine.yml:11:14: steps.0.with.bytes: there is no parameter "sise", did you mean "size"?',
    ],
    [
      'a text that names none',
      '  - wait:',
      '  - notify: The limit is {sise} now\n  - wait:',
      'mine.yml:12:26: steps.1.notify: there is no parameter "sise", did you mean "size"?',
    ],
    [
      'one that no step uses',
      'bytes: $size',
      'bytes: 7',
      'mine.yml:17:5: parameters.size: no step uses it: write $size',
    ],
    [
      'a type that the argument does not take',
      'type: size',
      'type: text',
      'mine.yml:11:14: steps.0.with.bytes: $size is a text, but raise-limit wants something else here: expected number',
    ],
    [
      'a fraction for a whole number',
      'type: size',
      'type: number',
      '$size is a number, but raise-limit wants something else here: expected a whole number',
    ],
    [
      'a default with an unknown field',
      'memory.used_memory * 1.5',
      'memory.used_memry * 1.5',
      'mine.yml:19:21: parameters.size.default: is neither a size nor an expression: memory has no field "used_memry", did you mean "used_memory"?',
    ],
    [
      'a default that gives a text',
      'memory.used_memory * 1.5',
      'memory.maxmemory_policy',
      'this must give a number, but it gives a string',
    ],
    [
      'a default below the least',
      'memory.used_memory * 1.5',
      '512kb',
      'parameters.size.default: is below min, which is 1mb',
    ],
    [
      'a default above the most',
      'memory.used_memory * 1.5',
      '9tb',
      'parameters.size.default: is above max, which is 1tb',
    ],
    ['bounds that exclude each other', 'max: 1tb', 'max: 1kb', 'parameters.size.max: is below min, which is 1mb'],
    [
      'values of what is no choice',
      'max: 1tb',
      'values: [a]',
      'parameters.size.values: only a choice has values, and this is a size',
    ],
    [
      'a pattern of what is no text',
      'max: 1tb',
      'pattern: a+',
      'parameters.size.pattern: only a text has a pattern, and this is a size',
    ],
    [
      'a bound that the action does not take',
      '1mb',
      '0',
      'parameters.size.min: raise-limit does not take it: Too small',
    ],
  ])('of parameters: %s', async (_what, right, wrong, message) => {
    expect(CHOSEN).toContain(right);
    expect(await mistakes(CHOSEN.replace(right, wrong))).toContain(message);
  });

  test.each([
    ['a choice without values', 'type: choice', 'parameters.mode.type: a choice needs the key values'],
    [
      'a choice that the action does not know',
      'type: choice, values: [fast, slow]',
      'mine.yml:16:58: parameters.mode.values.1: raise-limit does not take it: expected one of fast, safe',
    ],
    [
      'a default that is no choice',
      'type: choice, values: [fast, safe], default: fst',
      'parameters.mode.default: expected one of fast, safe. Did you mean "fast"?',
    ],
    [
      'a free text where the action has a list',
      'type: text',
      '$mode is a text, but raise-limit wants something else here: expected one of fast, safe',
    ],
    ['a least text', 'type: choice, values: [fast], min: 3', 'parameters.mode.min: a choice has no min'],
    [
      'a default that needs its sign',
      'type: choice, values: [fast], default: memory.maxmemory_policy',
      'parameters.mode.default: expected one of fast',
    ],
    [
      'a pattern that can take minutes',
      "type: text, pattern: '(a+)+'",
      'parameters.mode.pattern: a pattern is made of signs and classes',
    ],
    [
      'a default that is not of its pattern',
      "type: text, pattern: '[a-z]+', default: A1",
      'parameters.mode.default: does not look like the pattern',
    ],
  ])('of parameters: %s', async (_what, spec, message) => {
    const text = CHOSEN.replace('bytes: $size', 'mode: $mode').replace(
      / {2}size:\n( {4}.*\n)+/,
      `  mode: { label: Which way, ${spec} }\n`,
    );
    expect(await mistakes(text)).toContain(message);
  });

  test.each([
    [
      'a key that is none',
      'servers: [{ confg: { maxmemory: 1mb } }]',
      'rehearse.servers.0.confg: unknown key. Allowed: name, config, replica_of',
    ],
    [
      'a size that is none',
      'servers: [{ fill: { keys: 1, bytes: many } }]',
      'rehearse.servers.0.fill.bytes: expected a size such as 512mb',
    ],
    [
      'a server that is not above it',
      'servers: [{ replica_of: other }]',
      'rehearse.servers.0.replica_of: there is no server "other" above it',
    ],
    [
      'a node that is none',
      'servers: [{ name: one }], node: two',
      'rehearse.node: there is no server "two"; there are one',
    ],
    [
      'a condition with an unknown field',
      'servers: [{}], ready: { until: memory.used > 1, timeout_s: 5 }',
      'rehearse.ready.until: memory has no field "used"',
    ],
    [
      'a value for no parameter',
      'servers: [{}], parameters: { siz: 4gb }',
      'rehearse.parameters.siz: there is no parameter "siz", did you mean "size"?',
    ],
    [
      'a value of the wrong type',
      'servers: [{}], parameters: { size: big }',
      'rehearse.parameters.size: expected a size such as 512mb or 4gb',
    ],
    [
      'a finding that the playbook does not answer',
      'servers: [{}], expect: { finding: replica-lag }',
      'rehearse.expect.finding: the playbook does not answer "replica-lag": it is not in when',
    ],
    [
      'a place of no server',
      'servers: [{ commands: [[REPLICAOF, "{other.host}", 1]] }]',
      'rehearse.servers.0.commands.0.1: there is no server "other"',
    ],
    [
      'a place of no server that a client is to know',
      'servers: [{ clients: [{ repeat: [[REPLICAOF, "{other.host}", 1]] }] }]',
      'rehearse.servers.0.clients.0.repeat.0.1: there is no server "other"',
    ],
    [
      'clients that work without a pause',
      'servers: [{ clients: [{ every_ms: 0 }] }]',
      'rehearse.servers.0.clients.0.every_ms',
    ],
  ])('of the rehearsal: %s', async (_what, rehearse, message) => {
    expect(await mistakes(`${CHOSEN}rehearse: { ${rehearse} }\n`)).toContain(message);
  });

  test('all of them at once, over all files', async () => {
    await write('another.yml', GOOD.replace('raise-limit', 'rise-limit'));
    const message = await mistakes(GOOD.replace('memory-full', 'memory-ful').replace('0.9 *', '0.9 +* '));
    expect(message).toContain('another.yml:8:13');
    expect(message).toContain('mine.yml:3:8');
    expect(message).toContain('settled.hold.0');
  });
});

describe("playbooks of one's own", () => {
  const shelves = loadShelves();
  const MINE = `title: Mine
summary: Something that only we do.
when: [memory-near-maxmemory]
steps: [{ action: bgsave }]
settled: { within_s: 10 }
`;
  const both = async () => loadPlaybooks(await shelves, undefined, folder);
  const told = async () =>
    both().then(
      () => 'no mistake',
      (error: unknown) => (error as Error).message,
    );

  test('stand beside those that ship', async () => {
    await write('ours.yml', MINE);
    await write('theirs.yaml', MINE);
    const loaded = await both();
    expect(loaded.get('ours')).toMatchObject({ own: true, playbook: { title: 'Mine' } });
    expect(loaded.get('theirs')?.own).toBe(true);
    expect(loaded.get('bgsave')?.own).toBe(false);
  });

  test('take the place of one that ships only where they say so', async () => {
    await write('bgsave.yml', MINE);
    expect(await told()).toContain(
      'bgsave.yml:1:1: a playbook "bgsave" ships with redis-medic: give the file another name',
    );
    await write('bgsave.yml', `${MINE}replaces: true\n`);
    expect((await both()).get('bgsave')?.playbook.title).toBe('Mine');
  });

  test.each([
    [
      'replace none that ships',
      'bgsav.yml',
      `${MINE}replaces: true\n`,
      'bgsav.yml:6:11: replaces: no playbook "bgsav" ships with redis-medic, so there is none to replace. Did you mean "bgsave"?',
    ],
    [
      'have a name that nobody can type',
      'My Fix.yml',
      MINE,
      'the name of the file is its id: small letters, digits and -',
    ],
    ['say replaces: false', 'ours.yml', `${MINE}replaces: false\n`, 'replaces: expected true'],
  ])('a mistake: to %s', async (_what, name, text, message) => {
    await write(name, text);
    expect(await told()).toContain(message);
  });

  test('two files with one id, a folder that is not there', async () => {
    await write('ours.yml', MINE);
    await write('ours.yaml', MINE);
    expect(await told()).toContain('has the same id, "ours": an id belongs to one');
    await expect(loadPlaybooks(await shelves, undefined, join(folder, 'gone'))).rejects.toThrow(
      'cannot be read: ENOENT',
    );
  });

  test('single files and folders are read alone; one that ships is no stranger to itself', async () => {
    await write('ours.yml', MINE);
    expect([...(await readPlaybooks(await shelves, [folder, 'playbooks/bgsave.yml'])).keys()]).toEqual([
      'ours',
      'bgsave',
    ]);
    await write('ours.yml', MINE.replace('bgsave', 'bgsav'));
    await expect(readPlaybooks(await shelves, [join(folder, 'ours.yml')])).rejects.toThrow(
      /ours\.yml:4:19: steps\.0\.action: there is no action "bgsav"\. Did you mean "bgsave"\?/,
    );
  });
});
