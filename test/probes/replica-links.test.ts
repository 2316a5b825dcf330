import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import replicaLinks from '../../src/probes/replica-links.ts';
import { identityOf, replies, VERSIONS } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

test.for(VERSIONS)('%s shows the output buffer of the link to a replica', (version) => {
  const clients = replicaLinks.read(replies(version, 'client-list-writer-and-replica'), identityOf(version));
  expect(clients.at(-1)).toMatchObject({ flags: 'S', omem: expect.any(Number), addr: expect.stringMatching(/:\d+$/) });
});

test('a server without replicas is not asked', () => {
  const commands = (slaves: number) =>
    replicaLinks.commands(identityOf('redis-7.0.15'), parseInfo(`connected_slaves:${slaves}\r\n`), plainTarget());
  expect(commands(1)).toEqual([['CLIENT', 'LIST', 'type', 'replica']]);
  expect(commands(0)).toEqual([]);
  expect(replicaLinks.read([], identityOf('redis-7.0.15'))).toEqual([]);
});
