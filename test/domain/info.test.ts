import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import { NotAnswered, type Probe } from '../../src/domain/probe.ts';
import { identify } from '../../src/domain/server.ts';
import clients from '../../src/probes/clients.ts';
import commandStats from '../../src/probes/command-stats.ts';
import errorStats from '../../src/probes/error-stats.ts';
import keyspace from '../../src/probes/keyspace.ts';
import memory from '../../src/probes/memory.ts';
import persistence from '../../src/probes/persistence.ts';
import replication from '../../src/probes/replication.ts';
import server from '../../src/probes/server.ts';
import stats from '../../src/probes/stats.ts';
import { identityOf, infoText } from '../support/captured.ts';

const PROBES: Probe<unknown>[] = [
  clients,
  commandStats,
  errorStats,
  keyspace,
  memory,
  persistence,
  replication,
  server,
  stats,
];

const words = [
  'db0',
  'slave0',
  'cmdstat_get',
  'errorstat_OOM',
  'used_memory',
  'role',
  '__proto__',
  ':',
  '=',
  ',',
  '\r\n',
];
const line = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 8 })), { maxLength: 6 });
const oddInfo = fc.array(line, { maxLength: 20 }).map((lines) => lines.map((parts) => parts.join('')).join('\r\n'));

/** A real reply with one line replaced or cut, as a proxy or a broken connection leaves it. */
const mangledInfo = fc.tuple(fc.nat(250), fc.string()).map(([at, text]) =>
  infoText('valkey-9.1.2', 'primary-with-replica')
    .split('\r\n')
    .map((one, index) => (index === at ? text : one))
    .join('\r\n'),
);

function thrownBy(read: () => unknown): 'nothing' | 'not answered' | 'bug' {
  try {
    read();
    return 'nothing';
  } catch (error) {
    return error instanceof NotAnswered ? 'not answered' : 'bug';
  }
}

test('no INFO text, however odd, makes a probe throw anything but NotAnswered', () => {
  fc.assert(
    fc.property(fc.oneof(oddInfo, mangledInfo, fc.string()), (text) => {
      identify(parseInfo(text));
      expect(PROBES.map((probe) => thrownBy(() => probe.read([text], identityOf('redis-7.0.15'))))).not.toContain(
        'bug',
      );
    }),
  );
});

test('a number is a number, or missing', () => {
  const info = parseInfo('a:12\r\nb:3.5\r\nc:96.34%\r\nd:\r\ne:yes\r\n# f:1\r\ng\r\n');
  expect(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => info.number(name))).toEqual([
    12,
    3.5,
    96.34,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
