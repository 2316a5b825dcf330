import { expect, test } from 'vitest';
import disk, { type Volume } from '../../../src/probes/host-disk.ts';
import files from '../../../src/probes/host-files.ts';
import memory from '../../../src/probes/memory.ts';
import persistence from '../../../src/probes/persistence.ts';
import config from '../../../src/probes/persistence-config.ts';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/host/disk-space-low.ts';
import { said, saw, scene } from '../../support/scene.ts';

const GIB = 1024 ** 3;

interface Case {
  /** GiB. */
  total?: number;
  free?: number;
  inodesFree?: number;
  aof?: { total: number; free: number };
  /** Of the last snapshot; by memory when there is none. */
  snapshot?: number;
  used?: number;
  save?: string;
  appendonly?: string;
  replicas?: number;
  /** GiB/s of the append-only file, and the seconds of a rewrite. */
  pace?: number;
  rewriteSeconds?: number;
}

function volume(total: number, free: number, inodesFree = 500): Volume {
  return { total: total * GIB, available: free * GIB, inodes: 1000, inodesFree };
}

function host(sketch: Case) {
  const {
    total = 100,
    free = 50,
    inodesFree,
    aof,
    snapshot,
    used = 1,
    save = '60 1',
    appendonly = 'no',
    replicas = 0,
    pace = 0,
    rewriteSeconds = -1,
  } = sketch;
  const readings = [
    saw(disk, { ...volume(total, free, inodesFree), aof: aof && volume(aof.total, aof.free) }),
    saw(
      files,
      snapshot === undefined
        ? 'permission denied'
        : { snapshot: { path: '/d', mode: 0o600, uid: 1, gid: 1, owner: 'redis', bytes: snapshot * GIB } },
    ),
    saw(memory, { used_memory: used * GIB }),
    saw(
      persistence,
      { aof_current_size: 9 * GIB + pace * 2 * GIB, aof_last_rewrite_time_sec: rewriteSeconds },
      { aof_current_size: 9 * GIB },
    ),
    saw(config, { save, appendonly }),
    saw(replication, { connected_slaves: replicas }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Case, string]>([
  ['half is free', {}, 'clear'],
  ['20 % of a small disk', { total: 10, free: 2 }, 'clear'],
  ['under 20 % of a small disk', { total: 10, free: 1.9 }, 'warning'],
  ['10 % of a small disk', { total: 10, free: 1 }, 'warning'],
  ['under 10 % of a small disk', { total: 10, free: 0.9 }, 'critical'],
  ['under 10 % of a large disk, with plenty for this server', { total: 1000, free: 60 }, 'clear'],
  ['under 10 % of a large disk, with little for this server', { total: 1000, free: 60, used: 20 }, 'critical'],
  ['just room for the next snapshot', { free: 30, snapshot: 25 }, 'clear'],
  ['no room for the next snapshot', { free: 30, snapshot: 25.1 }, 'critical'],
  ['no room for half of the memory', { free: 30, used: 51 }, 'critical'],
  [
    'a rewrite with what is written meanwhile',
    { free: 50, used: 40, appendonly: 'yes', pace: 0.5, rewriteSeconds: 50 },
    'critical',
  ],
  [
    'the append-only file on a volume of its own that is full',
    { appendonly: 'yes', aof: { total: 10, free: 0.5 } },
    'critical',
  ],
  [
    'the append-only file on a volume of its own that is well',
    { appendonly: 'yes', aof: { total: 100, free: 50 } },
    'clear',
  ],
  ['a full volume of an append-only file that is off', { aof: { total: 10, free: 0.5 } }, 'clear'],
  ['few inodes', { inodesFree: 199 }, 'warning'],
  ['hardly any inodes', { inodesFree: 99 }, 'critical'],
  ['a full disk that nobody writes to', { total: 10, free: 0.1, save: '' }, 'info'],
  ['a full disk that a full sync needs', { total: 10, free: 0.1, save: '', replicas: 1 }, 'critical'],
])('%s', (_what, sketch, want) => expect(said(rule, host(sketch))).toBe(want));

test('the headline says what is free and what is needed', () => {
  expect(rule.assess('rule', host({ total: 10, free: 1, used: 4 }))[0]).toMatchObject({
    headline: '1 GiB of 10 GiB are free where dir is, and the next snapshot or rewrite needs about 2.4 GiB',
  });
});

test.each<[string, Case, false | undefined]>([
  ['a disk with room for the next save', { total: 10, free: 1.5, used: 0.1 }, false],
  ['a disk without', { total: 10, free: 1.5, snapshot: 1.4 }, undefined],
  ['few inodes', { inodesFree: 150 }, false],
  ['hardly any inodes', { inodesFree: 50 }, undefined],
])('%s: causes is %j', (_what, sketch, causes) => {
  const [found] = rule.assess('rule', host(sketch));
  expect(found?.kind === 'found' ? found.causes : 'clear').toBe(causes);
});
