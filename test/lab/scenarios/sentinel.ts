import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../../demo/redis-server.ts';
import { atLeast, type Engine } from '../../../src/domain/server.ts';
import { MASTER, settled, startSentinels, until, type Watching } from '../../support/sentinels.ts';
import { breakSaving, type Lab, type Scenario } from '../lab.ts';

interface Group {
  primary: RedisServer;
  replicas: RedisServer[];
  sentinels: RedisServer[];
}

interface Shape extends Partial<Watching> {
  /** Of each server. */
  server?: readonly string[];
  replicas?: number;
}

/** A primary with replicas, and Sentinels that know each other. */
async function group(lab: Lab, { server = [], replicas = 2, ...watching }: Shape = {}): Promise<Group> {
  const primary = await lab.start(server, { configFile: true });
  const others = await Promise.all(
    Array.from({ length: replicas }, () => lab.start(server, { configFile: true, replicaOf: primary })),
  );
  const sentinels = await startSentinels({ primary, binary: lab.binary, ...watching });
  lab.atEnd(() => Promise.all(sentinels.map((one) => one.stop())));
  return { primary, replicas: others, sentinels };
}

/** Such a group when each Sentinel has read every replica and has a link to everybody. */
async function wellWatched(lab: Lab, shape?: Shape): Promise<Group> {
  const all = await group(lab, shape);
  await Promise.all(all.sentinels.map((one) => settled(one, all.replicas.length)));
  return all;
}

/** Waits until a Sentinel counts one of these as down. */
async function counted(sentinel: RedisServer | undefined, ...words: readonly string[]): Promise<void> {
  if (sentinel) await until(sentinel, ['SENTINEL', ...words, MASTER], (text) => text.includes('s_down'));
}

/** Sentinels tell states, not counts: a short window will do. */
const SECONDS = 0.3;

/** What takes longer to provoke or has nothing to do with the version is provoked on one engine of each kind. */
function oneOfEach(engine: Engine, version: string): boolean {
  return engine === 'valkey' ? atLeast(version, '9.0') : !atLeast(version, '7.2');
}

/** Deployments behind Sentinels, each met through the bare addresses of its Sentinels. */
export const sentinel: readonly Scenario[] = [
  {
    name: 'three Sentinels, a primary and two replicas, all well',
    finds: {},
    async arrange(lab) {
      const all = await wellWatched(lab);
      return all.sentinels;
    },
  },
  {
    name: 'a single Sentinel with odd timeouts',
    finds: { 'sentinel-too-few': 'high', 'sentinel-timeouts-unusual': 'info' },
    seconds: SECONDS,
    async arrange(lab) {
      const all = await wellWatched(lab, { count: 1, quorum: 1, downAfterMs: 500, replicas: 1 });
      return all.sentinels;
    },
  },
  {
    name: 'a quorum of all three, one of which is gone',
    finds: {
      'dependency-unreachable': 'warning',
      'sentinel-ckquorum-failed': 'critical',
      'sentinel-stale-entries': 'warning',
    },
    seconds: SECONDS,
    async arrange(lab) {
      const all = await wellWatched(lab, { quorum: 3, replicas: 1 });
      const [one, two, gone] = all.sentinels;
      await gone?.stop();
      await Promise.all([counted(one, 'SENTINELS'), counted(two, 'SENTINELS')]);
      return all.sentinels;
    },
  },
  {
    name: 'the primary dies, and no replica may take over',
    finds: {
      'sentinel-no-good-replica': 'high',
      'sentinel-master-down': 'critical',
      'dependency-unreachable': 'critical',
    },
    besides: ['replica-link-down'],
    root: 'dependency-unreachable',
    seconds: SECONDS,
    async arrange(lab) {
      const all = await wellWatched(lab, { server: ['--replica-priority', '0'] });
      await all.primary.stop();
      await Promise.all(
        all.sentinels.map((one) => until(one, ['SENTINEL', 'MASTER', MASTER], (text) => text.includes('o_down'))),
      );
      return all.sentinels;
    },
  },
  {
    name: 'replicas of priority 0 only',
    finds: { 'replica-not-promotable': 'warning', 'sentinel-no-good-replica': 'high' },
    on: oneOfEach,
    seconds: SECONDS,
    async arrange(lab) {
      const all = await wellWatched(lab, { server: ['--replica-priority', '0'] });
      return all.sentinels;
    },
  },
  {
    name: 'the only replica dies',
    finds: {
      'dependency-unreachable': 'warning',
      'sentinel-no-good-replica': 'high',
      'sentinel-stale-entries': 'warning',
    },
    seconds: SECONDS,
    async arrange(lab) {
      const all = await wellWatched(lab, { replicas: 1 });
      await all.replicas[0]?.stop();
      await Promise.all(all.sentinels.map((one) => counted(one, 'REPLICAS')));
      return all.sentinels;
    },
  },
  {
    name: 'a Sentinel that was set up with the address of another primary',
    finds: { 'sentinel-disagreement': 'critical' },
    on: oneOfEach,
    seconds: SECONDS,
    async arrange(lab) {
      const [all, other] = await Promise.all([wellWatched(lab), group(lab, { count: 1, replicas: 0 })]);
      return [...all.sentinels, ...other.sentinels];
    },
  },
  {
    name: 'a Sentinel that was stopped for some seconds',
    finds: { 'sentinel-tilt': 'high' },
    on: oneOfEach,
    seconds: SECONDS,
    async arrange(lab) {
      const all = await wellWatched(lab, { downAfterMs: 5000 });
      const [one] = all.sentinels;
      one?.kill('SIGSTOP');
      await sleep(2500);
      one?.kill('SIGCONT');
      if (one) await until(one, ['INFO', 'sentinel'], (text) => text.includes('sentinel_tilt:1'));
      return all.sentinels;
    },
  },
  {
    name: 'servers with a password that the Sentinels do not have',
    finds: { 'sentinel-auth-or-config-broken': 'high', 'sentinel-master-down': 'critical' },
    besides: ['auth-failures'],
    target: { credentials: { password: 'pw' } },
    seconds: SECONDS,
    async arrange(lab) {
      const all = await group(lab, {
        replicas: 1,
        server: ['--requirepass', 'pw', '--masterauth', 'pw'],
        args: ['--requirepass', 'pw'],
        lines: ['sentinel-pass pw'],
      });
      await Promise.all(all.sentinels.map((one) => counted(one, 'MASTER')));
      return all.sentinels;
    },
  },
  {
    name: 'a primary that cannot save answers PING with MISCONF, which is no life sign for Sentinels',
    finds: {
      'rdb-bgsave-failing': 'critical',
      'misconf-writes-blocked': 'critical',
      'sentinel-master-down': 'critical',
    },
    besides: [
      'sentinel-no-good-replica',
      'rdb-stale-save',
      'no-replicas-connected',
      'shutdown-would-lose-data',
      'error-rate-spike',
    ],
    on: oneOfEach,
    async arrange(lab) {
      const all = await group(lab, { replicas: 0, server: ['--save', '3600 1'] });
      await breakSaving(lab, all.primary);
      await Promise.all(all.sentinels.map((one) => counted(one, 'MASTER')));
      return all.sentinels;
    },
  },
  {
    name: 'Sentinels with a password that they do not tell each other',
    finds: { 'sentinel-auth-or-config-broken': 'high', 'sentinel-ckquorum-failed': 'critical' },
    target: { credentials: { password: 'pw' } },
    on: oneOfEach,
    seconds: SECONDS,
    async arrange(lab) {
      const all = await group(lab, {
        replicas: 1,
        server: ['--requirepass', 'pw', '--masterauth', 'pw'],
        args: ['--requirepass', 'pw'],
        lines: [`auth-pass ${MASTER} pw`, 'sentinel-pass other'],
      });
      await Promise.all(
        all.sentinels.map((one) =>
          until(one, ['SENTINEL', 'CKQUORUM', MASTER], (text) => text.includes('NOQUORUM 1 ')),
        ),
      );
      return all.sentinels;
    },
  },
  {
    name: 'a user for the Sentinels who may not greet the others or promote',
    finds: { 'sentinel-auth-or-config-broken': 'high' },
    besides: ['acl-denials'],
    on: oneOfEach,
    seconds: SECONDS,
    async arrange(lab) {
      const user = 'watcher on >pw allchannels -@all +ping +info +role +client|setname +subscribe';
      const all = await wellWatched(lab, {
        replicas: 1,
        server: ['--user', ...user.split(' ')],
        lines: [`auth-user ${MASTER} watcher`, `auth-pass ${MASTER} pw`],
      });
      // They greet every 2 s.
      await sleep(2100);
      return all.sentinels;
    },
  },
  {
    name: 'servers on which CONFIG is renamed',
    finds: { 'sentinel-auth-or-config-broken': 'high' },
    besides: ['command-renamed'],
    on: oneOfEach,
    seconds: SECONDS,
    async arrange(lab) {
      const all = await wellWatched(lab, { server: ['--rename-command', 'CONFIG', ''] });
      return all.sentinels;
    },
  },
  {
    name: 'a configuration file that the primary cannot write',
    finds: { 'sentinel-auth-or-config-broken': 'high' },
    on: oneOfEach,
    seconds: SECONDS,
    async arrange(lab) {
      const all = await wellWatched(lab, { replicas: 1 });
      const file = join(all.primary.dir, 'redis.conf');
      await rm(file);
      await mkdir(file);
      await all.primary.send('CONFIG', 'REWRITE');
      return all.sentinels;
    },
  },
  {
    name: 'four Sentinels, any of which may start a failover',
    finds: { 'sentinel-too-few': 'high' },
    on: oneOfEach,
    seconds: SECONDS,
    async arrange(lab) {
      const all = await wellWatched(lab, { count: 4, quorum: 1, replicas: 1 });
      return all.sentinels;
    },
  },
  {
    name: 'a failover that has just been made',
    finds: { 'dependency-unreachable': 'warning' },
    besides: ['replica-link-down', 'sentinel-master-down', 'sentinel-stale-entries'],
    on: oneOfEach,
    seconds: SECONDS,
    async arrange(lab) {
      const all = await wellWatched(lab);
      await all.primary.stop();
      const isElsewhere = (text: string) => !text.includes(`"${all.primary.port}"`);
      await Promise.all(all.sentinels.map((one) => until(one, ['SENTINEL', 'MASTER', MASTER], isElsewhere)));
      return all.sentinels;
    },
  },
];
