import { expect, test } from 'vitest';
import { defineInfoProbe, growth } from '../../../src/domain/probe.ts';
import { defineRule } from '../../../src/domain/rule.ts';
import type { Standing } from '../../../src/domain/standing.ts';
import { nodeName } from '../../../src/domain/target.ts';
import type { Member, Told } from '../../../src/flow/meet.ts';
import { readInfo } from '../../../src/flow/meet.ts';
import type { Sample } from '../../../src/flow/sample.ts';
import { judgeLook } from '../../../src/flow/watch/judge-look.ts';
import type { Look, Seen } from '../../../src/flow/watch/look.ts';
import { plainTarget } from '../../support/target.ts';

const stats = defineInfoProbe({ evicted_keys: 'number' });
const secret = { ...stats, commands: () => [['CONFIG', 'GET', 'x']] as const, allows: [['CONFIG', 'GET']] as const };

const evicting = defineRule({
  scope: 'node',
  needs: { stats },
  more: 'x',
  check({ stats: reading }) {
    const grew = growth(reading, (sample) => sample.evicted_keys);
    if (grew === undefined) return { unassessed: 'two samples are needed' };
    return grew > 0 ? { severity: grew > 99 ? 'warning' : 'info', headline: 'x', evidence: [] } : undefined;
  },
});
const unseen = defineRule({ scope: 'node', needs: { secret }, more: 'x', check: () => undefined });
const latent = defineRule({
  scope: 'node',
  needs: { stats },
  more: 'x',
  latent: true,
  check: () => ({ severity: 'critical', headline: 'x', evidence: [] }),
});

const shelves = {
  probes: new Map([
    ['stats', stats],
    ['secret', secret],
  ]),
  rules: new Map([
    ['evicting', evicting],
    ['unseen', unseen],
    ['latent', latent],
  ]),
  playbooks: new Map(),
};
const judging = { shelves, oldestMs: 120_000 };

const ADDRESS = { host: '10.0.0.1', port: 6379 };
const NODE = nodeName(ADDRESS);
const target = plainTarget({ seeds: [ADDRESS] });

function told(evicted: number, runId = 'a'): Told & { text: string } {
  const text = `redis_version:7.0.15\r\nrun_id:${runId}\r\nuptime_in_seconds:${evicted}\r\nevicted_keys:${evicted}`;
  const read = readInfo(text);
  if ('cause' in read) throw new Error(read.detail);
  return { ...read, text };
}

function sample(at: number, evicted: number, runId?: string): Sample {
  const { text, ...known } = told(evicted, runId);
  return { ...known, asked: known, answers: new Map([['["INFO","everything"]', text]]), from: at, at };
}

function look(now: Sample | 'hung'): Look {
  const member = {
    kind: 'member',
    name: NODE,
    address: ADDRESS,
    aliases: [],
    origin: 'seed',
  } as Partial<Member> as Member;
  const seen: Seen =
    now === 'hung'
      ? { kind: 'unread', name: NODE, address: ADDRESS, origin: 'seed', cause: 'hung', detail: 'x' }
      : { kind: 'seen', member, sample: now };
  return { target, servers: [seen], sentinels: [], seats: new Map() };
}

function judge(now: Sample | 'hung', before: Sample) {
  const memory = { recalledAt: 0, samples: new Map([[NODE, before]]), series: new Map(), standings: [] };
  return judgeLook(look(now), memory, 20_000, judging);
}

const standing = (rule: string): Standing => ({
  rule,
  node: NODE,
  since: 0,
  seenAt: 0,
  goneSince: null,
  raised: null,
  returns: 0,
});

test('what grew since the last look is seen from a warning on, what is latent is not', () => {
  expect(judge(sample(15_000, 200), sample(0, 50)).found).toEqual([{ rule: 'evicting', node: NODE }]);
  expect(judge(sample(15_000, 60), sample(0, 50)).found).toEqual([]);
});

test.each<[string, Sample | 'hung', Sample, boolean]>([
  ['two looks', sample(15_000, 50), sample(0, 50), false],
  ['a restart between them', sample(15_000, 50, 'b'), sample(0, 50), true],
  ['too long between them', sample(150_000, 50), sample(0, 50), true],
  ['a server that hangs', 'hung', sample(0, 50), true],
])('after %s it is known whether the finding is gone: not %s', (_what, now, before, unknown) => {
  expect(judge(now, before).isUnknown(standing('evicting'))).toBe(unknown);
});

test('a rule whose question is not asked by a look is unknown', () => {
  expect(judge(sample(15_000, 50), sample(0, 50)).isUnknown(standing('unseen'))).toBe(true);
});
