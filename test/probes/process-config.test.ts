import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import probe from '../../src/probes/process-config.ts';
import { identityOf } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

test('it is asked only where hosts are looked at', () => {
  const server = identityOf('redis-7.0.15');
  expect(probe.commands(server, parseInfo(''), plainTarget())).toMatch(/targets.<name>.host/);
  expect(probe.commands(server, parseInfo(''), plainTarget({ host: { kind: 'local' } }))).toEqual([
    ['CONFIG', 'GET', 'tcp-backlog', 'disable-thp', 'ignore-warnings', 'supervised', 'daemonize', 'repl-diskless-sync'],
  ]);
});

test('what a version lacks is missing', () => {
  expect(probe.read([['tcp-backlog', '511', 'supervised', 'systemd']], identityOf('redis-7.0.15'))).toEqual({
    tcp_backlog: 511,
    disable_thp: undefined,
    ignore_warnings: undefined,
    supervised: 'systemd',
    daemonize: undefined,
    repl_diskless_sync: undefined,
  });
});
