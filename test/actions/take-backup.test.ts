import { describe, expect, test } from 'vitest';
import action from '../../src/actions/take-backup.ts';
import { NO_BACKUPS } from '../../src/domain/backup.ts';
import backups from '../../src/probes/backups.ts';
import { kept } from '../support/backup.ts';
import {
  GIB,
  group,
  lines,
  MIB,
  mustPlan,
  type Over,
  PRIMARY,
  primary,
  REPLICA,
  refusal,
  replica,
} from '../support/planning.ts';
import { type ReadSketch, saw } from '../support/scene.ts';

const NONE = kept();
const placed = (sketch: ReadSketch, reading: typeof NONE | string = NONE): ReadSketch => ({
  ...sketch,
  readings: [...sketch.readings, saw(backups, reading)],
});
const pair = (one: Over, other: Over) => group([placed(primary(one)), placed(replica(other))]);

test('the replica that has all writes is copied, and what that costs is told', () => {
  const plan = mustPlan(action, pair({}, {}));
  expect(lines(plan.commands)).toEqual([`${REPLICA}> backup take`]);
  expect(plan).toMatchObject({
    risk: 'disruptive',
    args: { from: REPLICA },
    undo: expect.stringContaining('changes no server'),
  });
  expect(plan.commands[0]).toMatchObject({ via: 'medic' });
  expect(plan.impact).toEqual([
    `The replica ${REPLICA}, which has all writes, is copied: 1000 keys, at most 1 GiB, to the folder /backups. That takes about 21 s without a rate limit.`,
    'It forks for it. Copy-on-write may take 130 MiB meanwhile; 7 GiB is free (8 GiB of RAM, shared).'.replace(
      /7 GiB.*/,
      '15 GiB is free (RAM of the host; INFO does not show a container limit).',
    ),
    'It stands still while it forks: 5 ms the last time.',
  ]);
});

describe('with a rate limit', () => {
  const slow = { ...NONE, bytesPerSecond: 4 * MIB };
  const limited = (over: Over) => group([placed(primary(over), slow)]);

  test('the copy takes as long as that lets it, and so does its child', () => {
    const { impact } = mustPlan(action, limited({}));
    expect(impact[0]).toContain('That takes about 4 min at 4 MiB/s, the limit of backups.');
    expect(impact[1]).toContain('Copy-on-write may take 1 GiB meanwhile');
  });

  test('of a server that saves the copy first the child lives as always', () => {
    const { impact } = mustPlan(action, limited({ replicationConfig: { repl_diskless_sync: 'no' } }));
    expect(impact[1]).toContain('Copy-on-write may take 130 MiB meanwhile');
  });
});

const LAGS = { replication: { slave_repl_offset: 8 * MIB } };

test('of several replicas the one that is least behind', () => {
  const third = '10.0.0.3:6379';
  const nodes = [placed(primary()), placed(replica(LAGS)), placed(replica({}, third))];
  expect(lines(mustPlan(action, group(nodes)).commands)).toEqual([`${third}> backup take`]);
  expect(lines(mustPlan(action, group(nodes), { from: REPLICA }).commands)).toEqual([`${REPLICA}> backup take`]);
  expect(mustPlan(action, group(nodes), { from: REPLICA }).impact[0]).toContain('2 MiB behind');
});

test.each([
  ['has lost its primary', { replication: { master_link_status: 'down' } }, 'has lost its primary'],
  ['has another history', { replication: { master_replid: 'f'.repeat(40) } }, 'does not share the history'],
  ['is loading', { identity: { loading: true } }, 'is loading'],
  ['forks', { persistence: { rdb_bgsave_in_progress: 1 } }, 'writing a snapshot'],
  ['has no room for a fork', { memory: { used_memory_rss: 16 * GIB } }, 'has 0 B left'],
  ['has a bad disk', { persistence: { rdb_last_bgsave_status: 'err' } }, 'another disk error can end its process'],
])('where the replica %s the primary is copied, and it is said why', (_sentence, other, why) => {
  const plan = mustPlan(action, pair({}, other));
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> backup take`]);
  expect(plan.impact[0]).toContain(why);
});

test.each([
  ['no place is set up', [placed(primary(), NO_BACKUPS)], {}, 'add the key backups to medic.yml'],
  ['the place cannot be listed', [placed(primary(), 'the backups cannot be listed: EACCES')], {}, 'EACCES'],
  ['there are no keys', [placed(primary({ keyspace: { keys: 0 } }))], {}, 'nothing to back up'],
  [
    'nobody can give a copy',
    [placed(primary({ persistence: { aof_rewrite_in_progress: 1 } }))],
    {},
    'is rewriting its append-only file',
  ],
  ['another server is named', [placed(primary())], { from: '10.9.9.9:1' }, '10.9.9.9:1 is not one of 10.0.0.1:6379'],
])('refused: %s', (_sentence, nodes, args, why) => {
  expect(refusal(action, group(nodes), args)).toContain(why);
});
