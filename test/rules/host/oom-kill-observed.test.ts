import { describe, expect, test } from 'vitest';
import type { Node, ProbeOutcome, UnreadCause } from '../../../src/domain/snapshot.ts';
import kernelLog from '../../../src/probes/host-kernel-log.ts';
import log from '../../../src/probes/host-log.ts';
import hostMemory from '../../../src/probes/host-memory.ts';
import process from '../../../src/probes/host-process.ts';
import persistence from '../../../src/probes/persistence.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/host/oom-kill-observed.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Case {
  kills?: [before: number | undefined, now: number | undefined];
  status?: string;
  childKilled?: string;
  /** Seconds between the start of the host and the kill, the name of what was killed, and its control group. */
  killed?: [at: number, name: string, group?: string | undefined];
  group?: string;
  container?: 'kubernetes';
  /** Processes that wrote to the log of this server. */
  pids?: number[];
  logReadable?: boolean;
  uptime?: number;
}

const SERVICE = '/system.slice/redis-server.service';

/** A host that is up for 10000 s. */
function host({
  kills = [0, 0],
  status = 'ok',
  childKilled,
  killed,
  logReadable = true,
  uptime = 500,
  group = SERVICE,
  container,
  pids,
}: Case) {
  const [before, now] = kills;
  const readings = [
    saw(hostMemory, { oomKills: now }, { oomKills: before }),
    saw(process, { startedAt: 10_000 - uptime, group, container }),
    saw(persistence, { rdb_last_bgsave_status: status, aof_last_bgrewrite_status: 'ok' }),
    saw(server, { uptime_in_seconds: uptime }),
    saw(log, (childKilled ?? pids) ? { childKilled, pids: pids ?? [] } : 'permission denied'),
    saw(
      kernelLog,
      logReadable
        ? {
            uptime: 10_000,
            kills: killed
              ? [{ at: killed[0], pid: 7, name: killed[1], group: killed.length > 2 ? killed[2] : SERVICE }]
              : [],
          }
        : 'permission denied',
    ),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Case, string]>([
  ['nothing was killed', {}, 'clear'],
  ['a kill between the two looks', { kills: [1, 2] }, 'critical'],
  ['a kill of long ago in the group', { kills: [1, 1] }, 'info'],
  ['the child was killed', { status: 'err', kills: [1, 1] }, 'critical'],
  [
    'the child was killed, as the log says',
    { status: 'err', childKilled: 'Background saving terminated by signal 9' },
    'critical',
  ],
  ['a save that failed for another reason', { status: 'err' }, 'clear'],
  ['a killed child, and a good save since', { childKilled: 'Background saving terminated by signal 9' }, 'clear'],
  ['killed just before its start', { killed: [9499, 'redis-server'] }, 'critical'],
  ['killed 10 min before its start', { killed: [8900, 'valkey-server'] }, 'critical'],
  ['killed longer before', { killed: [8899, 'redis-server'] }, 'clear'],
  ['another program was killed', { killed: [9499, 'java'] }, 'clear'],
  ['another server was killed after its start', { killed: [9800, 'redis-server'] }, 'clear'],
  ['killed, but up for an hour since', { killed: [6399, 'redis-server'], uptime: 3600 }, 'info'],
  [
    'a server of another service was killed',
    { killed: [9499, 'redis-server', '/system.slice/redis@2.service'] },
    'clear',
  ],
  ['another server of the same shell was killed', { killed: [9499, 'redis-server', '/'], group: '/' }, 'clear'],
  [
    'the process that wrote our log before was killed',
    { killed: [9499, 'redis-server', '/'], group: '/', pids: [7, 8] },
    'critical',
  ],
  ['a kernel that does not tell the group', { killed: [9499, 'redis-server', undefined] }, 'clear'],
  [
    'the container before it in the same pod was killed',
    { killed: [9499, 'redis-server', '/kubepods/pod1/a'], group: '/kubepods/pod1/b', container: 'kubernetes' },
    'critical',
  ],
  [
    'a container of another pod was killed',
    { killed: [9499, 'redis-server', '/kubepods/pod2/a'], group: '/kubepods/pod1/b', container: 'kubernetes' },
    'clear',
  ],
  ['neither log nor group', { kills: [undefined, undefined], logReadable: false }, 'unassessed'],
  ['the log alone, and all is well', { kills: [undefined, undefined] }, 'clear'],
])('%s', (_what, sketch, want) => expect(said(rule, host(sketch))).toBe(want));

test('the headline says when', () => {
  expect(rule.assess('rule', host({ killed: [9490, 'redis-server'] }))[0]).toMatchObject({
    headline: 'The kernel killed redis-server 9 min ago, and this server was started 10 s later',
  });
});

describe('a server that is gone', () => {
  /** What was killed on its host, or why that is not known. */
  const gone = (kills: readonly { at: number; name: string }[] | string, cause: UnreadCause = 'unreachable') => {
    const snapshot = scene({ nodes: [{ cause }] });
    const outcome: ProbeOutcome =
      typeof kills === 'string'
        ? { kind: 'unanswered', reason: kills }
        : {
            kind: 'read',
            reading: { now: { uptime: 10_000, kills: kills.map((kill) => ({ ...kill, pid: 7 })) }, seconds: 0 },
          };
    const outcomes = new Map([[kernelLog, outcome]]);
    return { ...snapshot, nodes: snapshot.nodes.map((node): Node => ({ ...node, outcomes })) };
  };

  test.each<[string, ReturnType<typeof gone>, string]>([
    ['was killed just now', gone([{ at: 9990, name: 'redis-server' }]), 'critical'],
    ['was killed an hour ago', gone([{ at: 6400, name: 'valkey-server' }]), 'critical'],
    ['was killed before that', gone([{ at: 6399, name: 'redis-server' }]), 'clear'],
    ['has a neighbour that was killed', gone([{ at: 9990, name: 'java' }]), 'clear'],
    ['hangs', gone([{ at: 9990, name: 'redis-server' }], 'hung'), 'clear'],
    ['has a host that does not tell', gone('permission denied: dmesg'), 'unassessed'],
  ])('%s', (_what, snapshot, want) => expect(said(rule, snapshot)).toBe(want));

  test('the headline names both', () => {
    expect(rule.assess('rule', gone([{ at: 9700, name: 'redis-server' }]))[0]).toMatchObject({
      node: '127.0.0.1:6379',
      headline: 'The kernel killed redis-server 5 min ago on the host of 127.0.0.1:6379, where no server answers now',
    });
  });

  test('where no host is looked at that is the reason', () => {
    expect(rule.assess('rule', scene({ nodes: [{ cause: 'unreachable' }] }))).toMatchObject([
      { kind: 'unassessed', reason: expect.stringContaining('give targets.<name>.host') },
    ]);
  });
});
