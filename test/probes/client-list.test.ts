import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import clientList from '../../src/probes/client-list.ts';
import { identityOf, replies, VERSIONS } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

test.for(VERSIONS)('%s lists a writer and the link to a replica', (version) => {
  const clients = clientList.read(replies(version, 'client-list-writer-and-replica'), identityOf(version));
  const [writer, replica] = clients;
  expect(writer).toMatchObject({ name: 'fixture-writer', user: 'default', flags: 'N', omem: 0 });
  expect(writer?.cmd).toBe(version === 'redis-6.2.16' ? 'client' : 'client|list');
  expect(writer?.totalMemory).toBeGreaterThan(0);
  expect(replica).toMatchObject({ flags: 'S', name: '', cmd: 'replconf' });
});

test.each([
  [5000, true],
  [5001, false],
])('with %i clients it is asked: %s', (connected, asked) => {
  const commands = clientList.commands(
    identityOf('redis-7.0.15'),
    parseInfo(`connected_clients:${connected}\r\n`),
    plainTarget(),
  );
  expect(typeof commands !== 'string').toBe(asked);
});
