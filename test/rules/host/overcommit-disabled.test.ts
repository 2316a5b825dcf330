import { expect, test } from 'vitest';
import kernel from '../../../src/probes/host-kernel.ts';
import log from '../../../src/probes/host-log.ts';
import hostMemory from '../../../src/probes/host-memory.ts';
import process from '../../../src/probes/host-process.ts';
import config from '../../../src/probes/persistence-config.ts';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/host/overcommit-disabled.ts';
import { said, saw, scene } from '../../support/scene.ts';

const GIB = 1024 ** 3;

interface Case {
  mode?: number | undefined;
  save?: string;
  appendonly?: string;
  replicas?: number;
  resident?: number;
  available?: number;
  committed?: number;
  forkFailed?: string;
}

function host({
  mode,
  save = '',
  appendonly = 'no',
  replicas = 0,
  resident = 2 * GIB,
  available = 8 * GIB,
  committed = 4 * GIB,
  forkFailed,
}: Case) {
  const readings = [
    saw(kernel, { overcommit_memory: mode }),
    saw(hostMemory, { available, swapFree: 0, commitLimit: 8 * GIB, committed }),
    saw(process, { resident }),
    saw(config, { save, appendonly }),
    saw(replication, { connected_slaves: replicas }),
    saw(log, forkFailed === undefined ? 'permission denied' : { forkFailed }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Case, string]>([
  ['overcommit is on', { mode: 1, save: '60 1' }, 'clear'],
  ['the host does not tell', { save: '60 1' }, 'unassessed'],
  ['it never forks', { mode: 0 }, 'info'],
  ['it never forks, strictly', { mode: 2 }, 'info'],
  ['a tiny server forks', { mode: 0, save: '60 1', resident: 10 * 1024 ** 2 }, 'info'],
  ['it forks for snapshots', { mode: 0, save: '60 1' }, 'warning'],
  ['it forks for the append-only file', { mode: 0, appendonly: 'yes' }, 'warning'],
  ['it forks for replicas', { mode: 0, replicas: 1 }, 'warning'],
  ['just under 100 MiB', { mode: 0, save: '60 1', resident: 100 * 1024 ** 2 - 1 }, 'info'],
  ['just 100 MiB', { mode: 0, save: '60 1', resident: 100 * 1024 ** 2 }, 'warning'],
  ['less is free than it has', { mode: 0, save: '60 1', available: 2 * GIB - 1 }, 'high'],
  ['as much is free as it has', { mode: 0, save: '60 1', available: 2 * GIB }, 'warning'],
  ['too much is promised already', { mode: 2, save: '60 1', committed: 7 * GIB }, 'high'],
  ['enough can be promised', { mode: 2, save: '60 1' }, 'warning'],
  [
    'a fork was refused',
    { mode: 0, save: '60 1', resident: 1, forkFailed: "Can't save in background: fork: Cannot allocate memory" },
    'high',
  ],
])('%s', (_what, sketch, want) => expect(said(rule, host(sketch))).toBe(want));

test('the headline says what is needed and what is left', () => {
  expect(rule.assess('rule', host({ mode: 0, save: '60 1', available: GIB }))[0]).toMatchObject({
    headline:
      'The kernel will refuse to fork this server, which it needs for snapshots: it has 2 GiB and 1 GiB are left',
  });
});
