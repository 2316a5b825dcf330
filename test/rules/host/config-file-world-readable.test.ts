import { expect, test } from 'vitest';
import configFile from '../../../src/probes/host-config-file.ts';
import files, { type FileMode } from '../../../src/probes/host-files.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/host/config-file-world-readable.ts';
import { said, saw, scene } from '../../support/scene.ts';

const mode = (path: string, bits: number): FileMode => ({
  path,
  mode: bits,
  uid: 107,
  gid: 114,
  owner: 'redis',
  bytes: 1,
});

interface Case {
  config?: number;
  folder?: number;
  acl?: number;
  secrets?: string[] | string;
  named?: boolean;
}

function host({ config, folder = 0o755, acl, secrets = [], named = true }: Case) {
  const seen = {
    config: config === undefined ? undefined : mode('/etc/redis/redis.conf', config),
    configFolder: mode('/etc/redis/', folder),
    acl: acl === undefined ? undefined : mode('/etc/redis/users.acl', acl),
  };
  const readings = [
    saw(server, { config_file: named ? '/etc/redis/redis.conf' : '' }),
    saw(files, seen),
    saw(configFile, typeof secrets === 'string' ? secrets : { secrets }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Case, string]>([
  ['a file of its account', { config: 0o640, secrets: ['requirepass'] }, 'clear'],
  ['open, with a password', { config: 0o644, secrets: ['requirepass'] }, 'warning'],
  ['open, without one', { config: 0o644 }, 'info'],
  ['open, and we may not read what is in it', { config: 0o644, secrets: 'permission denied' }, 'warning'],
  ['open in a closed folder', { config: 0o644, folder: 0o2770, secrets: ['requirepass'] }, 'clear'],
  ['open users', { config: 0o640, acl: 0o644 }, 'warning'],
  ['closed users', { config: 0o640, acl: 0o600 }, 'clear'],
  ['no file at all', { named: false }, 'clear'],
  ['a file that cannot be seen', {}, 'unassessed'],
  ['open users beside a file that cannot be seen', { acl: 0o644 }, 'warning'],
])('%s', (_what, sketch, want) => expect(said(rule, host(sketch))).toBe(want));

test('secrets are named in the headline', () => {
  expect(rule.assess('rule', host({ config: 0o644, secrets: ['requirepass', 'user'] }))[0]).toMatchObject({
    headline: 'Everyone on the host can read /etc/redis/redis.conf, with requirepass, user',
    evidence: [{ field: 'mode of /etc/redis/redis.conf', value: '644', expected: '640 or less' }],
  });
});
