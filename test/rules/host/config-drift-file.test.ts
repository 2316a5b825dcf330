import { expect, test } from 'vitest';
import { directivesOf } from '../../../src/domain/config-file.ts';
import configFile from '../../../src/probes/host-config-file.ts';
import running from '../../../src/probes/running-config.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/host/config-drift-file.ts';
import { said, saw, scene } from '../../support/scene.ts';

function host(now: Record<string, string>, file: string | undefined, path = '/etc/redis/redis.conf') {
  const readings = [
    saw(server, { config_file: path }),
    saw(running, new Map(Object.entries(now))),
    saw(
      configFile,
      file === undefined ? 'permission denied: /etc/redis/redis.conf' : { values: directivesOf(file), secrets: [] },
    ),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Record<string, string>, string | undefined, string]>([
  ['as in the file', { maxmemory: '2147483648' }, 'maxmemory 2gb', 'clear'],
  ['otherwise', { maxmemory: '4294967296' }, 'maxmemory 2gb', 'warning'],
  ['not in the file, and the default', { maxmemory: '0' }, 'port 6379', 'clear'],
  ['not in the file', { maxmemory: '100' }, 'port 6379', 'info'],
  ['a file that may not be read', { maxmemory: '100' }, undefined, 'unassessed'],
])('%s', (_what, now, file, want) => expect(said(rule, host(now, file))).toBe(want));

test('a server without a configuration file drifts from nothing', () => {
  expect(said(rule, host({ maxmemory: '100' }, undefined, ''))).toBe('clear');
});

test('what differs is told with both values, what the file does not name only when nothing else differs', () => {
  const snapshot = host(
    { maxmemory: '100', timeout: '30', appendonly: 'yes', maxclients: '50', hz: '9' },
    'maxmemory 1kb\ntimeout 0\nmaxclients 60\n',
  );
  expect(rule.assess('rule', snapshot)[0]).toMatchObject({
    severity: 'warning',
    headline: 'maxmemory, maxclients, timeout will change at the next restart: the configuration file says otherwise',
    evidence: [
      { field: 'maxmemory', value: '100', expected: '1kb, as in the file' },
      { field: 'maxclients', value: '50', expected: '60, as in the file' },
      { field: 'timeout', value: '30', expected: '0, as in the file' },
    ],
  });
});
