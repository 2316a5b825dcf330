import { expect, test } from 'vitest';
import keySample from '../../../src/probes/key-sample.ts';
import modules from '../../../src/probes/modules.ts';
import securityConfig from '../../../src/probes/security-config.ts';
import rule from '../../../src/rules/security/compromise-indicators.ts';
import { said, saw, scene } from '../../support/scene.ts';
import { type Guarded, guarded } from '../../support/security.ts';

function sampled(family: string) {
  const share = { family, keys: 1, bytes: null, withoutTtl: 1, ttlKnown: 1, smallStrings: 1 };
  return [saw(keySample, { families: [share] })];
}

const loaded = (name: string, path?: string) => [saw(modules, [{ name, version: '1', path }])];

test.each<[string, Guarded, string]>([
  ['an ordinary server', {}, 'clear'],
  ['a container', { config: { dir: '/data', dbfilename: 'prod-cache.rdb' } }, 'clear'],
  ['a folder of a user', { config: { dir: '/srv/ops/redis.sshd' } }, 'clear'],
  ['a folder named like a job', { config: { dir: '/srv/cron/redis' } }, 'clear'],
  ['a module of the package', { also: loaded('ReJSON', '/usr/lib/redis/modules/rejson.so') }, 'clear'],
  ['a module beside the data', { also: loaded('search', '/data/search.so') }, 'clear'],
  ['built in', { also: loaded('vectorset', '') }, 'clear'],
  ['snapshots as cron jobs', { config: { dir: '/var/spool/cron/crontabs', dbfilename: 'root' } }, 'critical'],
  ['snapshots into cron.d', { config: { dir: '/etc/cron.d' } }, 'critical'],
  ['snapshots as keys', { config: { dir: '/var/lib/redis/.ssh', dbfilename: 'authorized_keys' } }, 'critical'],
  ['snapshots as a module', { config: { dbfilename: 'exp.so' } }, 'critical'],
  ['snapshots as a page', { config: { dir: '/srv/www', dbfilename: 'shell.php' } }, 'critical'],
  ['the module of the exploit', { also: loaded('system', './exp.so') }, 'critical'],
  ['the key of the exploit', { also: sampled('crackit') }, 'critical'],
  ['backups in keys', { also: sampled('backup:*') }, 'clear'],
  ['a module from where anyone may write', { also: loaded('x', '/tmp/x.so') }, 'critical'],
  [
    'a primary of nobody here',
    { identity: { role: 'replica', primary: { host: '185.10.20.30', port: 21000 } } },
    'high',
  ],
  [
    'a primary in the same network',
    { identity: { role: 'replica', primary: { host: '10.0.0.9', port: 6379 } } },
    'clear',
  ],
  ['a primary by name', { identity: { role: 'replica', primary: { host: 'redis-0.example', port: 6379 } } }, 'clear'],
])('%s', (_what, guard, want) => {
  expect(said(rule, guarded(guard))).toBe(want);
});

test('a primary at a public address that we can read is ours', () => {
  const calm = saw(securityConfig, { bind: '*', protected_mode: 'yes', dir: '/data', dbfilename: 'dump.rdb' });
  const primary = { host: '185.10.20.30', port: 6379 };
  const nodes = [
    { name: '185.10.20.30:6379', readings: [calm] },
    { name: '185.10.20.31:6379', readings: [calm], identity: { role: 'replica' as const, primary } },
  ];
  expect(said(rule, scene({ nodes }))).toBe('clear clear');
});
