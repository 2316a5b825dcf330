import { expect, test } from 'vitest';
import clients from '../../../src/probes/clients.ts';
import supervisor, { type Unit } from '../../../src/probes/host-supervisor.ts';
import memory from '../../../src/probes/memory.ts';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import config from '../../../src/probes/process-config.ts';
import rule from '../../../src/rules/host/systemd-unit-misfit.ts';
import { said, saw, scene } from '../../support/scene.ts';

const UNIT: Unit = {
  name: 'redis-server.service',
  type: 'notify',
  subState: 'running',
  restart: 'always',
  restartAfter: 0.1,
  restarts: 0,
  startTimeout: 90,
  stopTimeout: 90,
  nofile: 65_535,
  oomScoreAdjust: 0,
};

interface Case {
  unit?: Partial<Unit>;
  none?: 'unknown' | 'kubernetes';
  save?: string;
  saveSeconds?: number;
  supervised?: string;
  daemonize?: string;
}

function host({ unit, none, save = '60 1', saveSeconds = 2, supervised = 'systemd', daemonize = 'no' }: Case) {
  const readings = [
    saw(supervisor, none ? { kind: none, unit: undefined } : { kind: 'systemd', unit: { ...UNIT, ...unit } }),
    saw(config, { supervised, daemonize }),
    saw(persistence, { rdb_last_bgsave_time_sec: saveSeconds }),
    saw(persistenceConfig, { save }),
    saw(memory, { used_memory: 1 }),
    saw(clients, { maxclients: 10_000 }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Case, string]>([
  ['the unit of Debian', {}, 'clear'],
  ['no unit', { none: 'unknown' }, 'unassessed'],
  ['a pod, which has none', { none: 'kubernetes' }, 'clear'],
  ['a save that takes longer than the stop', { saveSeconds: 61 }, 'warning'],
  ['a save that just fits', { saveSeconds: 60 }, 'clear'],
  ['a stop that is waited for', { saveSeconds: 6000, unit: { stopTimeout: Number.POSITIVE_INFINITY } }, 'clear'],
  ['no save at a stop', { saveSeconds: 6000, save: '' }, 'clear'],
  ['waiting for a report that never comes', { supervised: 'no', unit: { subState: 'start' } }, 'warning'],
  [
    'waiting, without an end',
    { supervised: 'no', unit: { subState: 'start', startTimeout: Number.POSITIVE_INFINITY } },
    'info',
  ],
  ['loading, and it will report', { unit: { subState: 'start' } }, 'clear'],
  ['forking that never forks', { unit: { type: 'forking', subState: 'start' } }, 'warning'],
  ['forking that does', { daemonize: 'yes', unit: { type: 'forking', subState: 'start' } }, 'clear'],
  ['too few files', { unit: { nofile: 10_031 } }, 'info'],
  ['just enough files', { unit: { nofile: 10_032 } }, 'clear'],
  ['no restart', { unit: { restart: 'no' } }, 'info'],
])('%s', (_what, sketch, want) => expect(said(rule, host(sketch))).toBe(want));

test('everything that does not fit is in one headline, the worst first', () => {
  expect(rule.assess('rule', host({ saveSeconds: 120, unit: { restart: 'no' } }))[0]).toMatchObject({
    severity: 'warning',
    headline:
      'redis-server.service: a stop is given 90 s, and saving takes about 3 min: the server is killed before it has saved; nothing starts the server again after a crash',
    evidence: [{ field: 'TimeoutStopUSec' }, { field: 'Restart' }],
  });
});

test.each<[string, Case, readonly string[]]>([
  ['too few files', { unit: { nofile: 1024 } }, ['nofile-low', 'maxclients-capped-by-ulimit']],
  [
    'being ended before it is ready',
    { supervised: 'no', unit: { subState: 'start' } },
    ['crash-loop', 'recent-restart'],
  ],
  ['no restart', { unit: { restart: 'no' } }, []],
])('%s accounts for what comes of it, and nothing else', (_what, sketch, explains) => {
  expect(rule.assess('rule', host(sketch))).toMatchObject([{ explains }]);
});
