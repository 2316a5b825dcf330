import { expect, test } from 'vitest';
import type { Point } from '../../../src/domain/series.ts';
import hostSupervisor from '../../../src/probes/host-supervisor.ts';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/replication/primary-no-persistence-autorestart.ts';
import { said, saw, scene } from '../../support/scene.ts';

const point = (at: number, runId: string, role: Point['role'] = 'primary'): Point => ({ at, runId, role, values: {} });
const QUICK = [point(0, 'one'), point(60_000, 'two')];
const SLOW = [point(0, 'one'), point(60_001, 'two')];
const STEADY = [point(0, 'one'), point(15_000, 'one')];
const DEMOTED = [point(0, 'one'), point(15_000, 'two', 'replica')];

test.each([
  ['it came back within a minute', '', 0, 2, QUICK, 'store', 'critical'],
  ['a cache loses only its warmth', '', 0, 2, QUICK, 'cache', 'warning'],
  ['it was away for longer', '', 0, 2, SLOW, 'store', 'unassessed'],
  ['it came back as a replica', '', 0, 2, DEMOTED, 'store', 'unassessed'],
  ['it never restarted', '', 0, 2, STEADY, 'store', 'unassessed'],
  ['nobody watches it', '', 0, 2, [], 'store', 'unassessed'],
  ['it has no replicas', '', 0, 0, QUICK, 'store', 'clear'],
  ['it takes snapshots', '3600 1', 0, 2, QUICK, 'store', 'clear'],
  ['it has an append-only file', '', 1, 2, QUICK, 'store', 'clear'],
] as const)(
  'a primary that keeps nothing: %s',
  (_sentence, save, aof_enabled, connected_slaves, history, purpose, want) => {
    const readings = [
      saw(persistence, { aof_enabled }),
      saw(persistenceConfig, { save }),
      saw(replication, { role: 'master', connected_slaves }),
    ];
    const sketch = { target: { purpose }, nodes: [{ readings }], series: { '127.0.0.1:6379': history } };
    expect(said(rule, scene(sketch))).toBe(want);
  },
);

const unit = (restart: string, restartAfter: number) => ({
  kind: 'systemd' as const,
  restartsAtOnce: restart !== 'no',
  unit: { ...UNIT, restart, restartAfter },
});
const UNIT = {
  name: 'redis.service',
  type: 'notify',
  subState: 'running',
  restarts: 0,
  startTimeout: 90,
  stopTimeout: 90,
  nofile: 65_535,
  oomScoreAdjust: 0,
};

test.each([
  ['starts it again at once', unit('always', 0.1), 'critical'],
  ['waits for a minute', unit('always', 60), 'critical'],
  ['waits for longer than a failover takes', unit('always', 61), 'clear'],
  ['does not start it again', unit('no', 0.1), 'clear'],
  ['is Kubernetes', { kind: 'kubernetes' as const, unit: undefined, restartsAtOnce: true }, 'critical'],
  ['is not known', { kind: 'container' as const, unit: undefined, restartsAtOnce: undefined }, 'unassessed'],
])('a primary that keeps nothing, and whose supervisor %s', (_sentence, supervisor, want) => {
  const readings = [
    saw(persistence, { aof_enabled: 0 }),
    saw(persistenceConfig, { save: '' }),
    saw(replication, { role: 'master', connected_slaves: 2 }),
    saw(hostSupervisor, supervisor),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
