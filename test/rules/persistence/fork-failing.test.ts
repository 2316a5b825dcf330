import { expect, test } from 'vitest';
import commandStats from '../../../src/probes/command-stats.ts';
import hostLog from '../../../src/probes/host-log.ts';
import persistence from '../../../src/probes/persistence.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/persistence/fork-failing.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  rdb?: string;
  aof?: string;
  /** Each before and now. */
  saves?: readonly [before: number | undefined, now: number | undefined];
  rewrites?: readonly [before: number | undefined, now: number | undefined];
  forks?: readonly [before: number | undefined, now: number | undefined];
  /** What the log of the server says, where the host can be looked at. */
  log?: { forkFailed?: string; writeFailed?: string };
  /** Calls of SAVE. */
  foreground?: readonly [before: number, now: number];
}

function answer(
  { rdb = 'err', aof = 'ok', saves = [1, 1], rewrites = [0, 0], forks = [1, 1], foreground = [0, 0], log }: Row,
  purpose?: 'cache',
) {
  const disk = (at: 0 | 1) => ({
    rdb_last_bgsave_status: rdb,
    aof_last_bgrewrite_status: aof,
    rdb_saves: saves[at],
    aof_rewrites: rewrites[at],
  });
  const called = (calls: number) => ({ commands: new Map([['save', { calls, usec: 0, rejected: 0, failed: 0 }]]) });
  const readings = [
    saw(persistence, disk(1), disk(0)),
    saw(stats, { total_forks: forks[1] }, { total_forks: forks[0] }),
    saw(commandStats, called(foreground[1]), called(foreground[0])),
    ...(log ? [saw(hostLog, log)] : []),
  ];
  return said(rule, scene({ target: purpose ? { purpose } : {}, nodes: [{ readings }] }));
}

const LOG = { forkFailed: "# Can't save in background: fork: Cannot allocate memory" };
const NONE = [undefined, undefined] as const;

test.each<[string, Row, string]>([
  ['all is well', { rdb: 'ok', saves: [9, 9], forks: [1, 1] }, 'clear'],
  ['a child ran and failed', {}, 'clear'],
  ['one more save than forks', { saves: [2, 2] }, 'critical'],
  ['one more save than forks, by SAVE', { saves: [2, 2], foreground: [1, 1] }, 'clear'],
  ['one more rewrite than forks', { rdb: 'ok', aof: 'err', rewrites: [1, 1], saves: [1, 1] }, 'critical'],
  ['more forks than saves, by diskless syncs', { forks: [5, 5] }, 'clear'],
  ['more forks than saves, but none for the newest save', { forks: [5, 5], saves: [1, 2] }, 'critical'],
  ['a save and its fork meanwhile', { forks: [5, 6], saves: [1, 2] }, 'clear'],
  ['SAVE meanwhile', { forks: [5, 5], saves: [1, 2], foreground: [0, 1] }, 'clear'],
  ['6.2, and no fork ever', { saves: NONE, rewrites: NONE, forks: [0, 0] }, 'critical'],
  ['6.2, and forks before', { saves: NONE, rewrites: NONE, forks: [3, 3] }, 'unassessed'],
  ['forks are not told', { forks: NONE }, 'unassessed'],
  ['the log tells of a fork that failed', { forks: [5, 5], log: LOG }, 'critical'],
  ['the log tells of it on 6.2', { saves: NONE, rewrites: NONE, forks: [3, 3], log: LOG }, 'critical'],
  ['the log tells of the disk as well', { forks: [5, 5], log: { ...LOG, writeFailed: 'No space left' } }, 'clear'],
  ['the log tells of it, but saves work again', { rdb: 'ok', log: LOG }, 'clear'],
])('%s', (_sentence, row, want) => {
  expect(answer(row)).toBe(want);
});

test('a cache has less to lose', () => {
  expect(answer({ saves: [2, 2] }, 'cache')).toBe('high');
});
