import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import { textReply } from '../../../src/domain/probe.ts';
import type { PlannedCommand } from '../../../src/domain/proposal.ts';
import { nodeName, type Target } from '../../../src/domain/target.ts';
import type { Ports } from '../../../src/flow/ports.ts';
import { verify } from '../../../src/flow/run/verify.ts';
import type { OpenStore } from '../../../src/io/store/store.ts';
import { until } from '../../support/cluster.ts';
import { freshStore } from '../../support/databases.ts';
import { ALEX } from '../../support/proposal.ts';
import { realPorts } from '../../support/real-ports.ts';
import { asTold, command, doing, queued } from '../../support/runs.ts';
import { plainTarget } from '../../support/target.ts';

let servers: RedisServer[];
let store: OpenStore;
let target: Target;
let ports: Ports;

beforeAll(async () => {
  const primary = await startRedis();
  const replica = await startRedis({ replicaOf: primary });
  servers = [primary, replica];
  await until(async () => textReply(await replica.send('INFO', 'replication')).includes('master_link_status:up'));
  // It is promoted, and the old primary lives on.
  await replica.send('REPLICAOF', 'NO', 'ONE');
  store = await freshStore();
  target = plainTarget({ seeds: servers, kind: 'replication' });
  ports = asTold(await realPorts(store, [target], [ALEX]));
});
afterAll(async () => {
  await store.close();
  await Promise.all(servers.map((server) => server.stop()));
});

/** What is found of a run that sent this, which was planned when both servers could be read. */
async function found(argv: PlannedCommand['argv']) {
  const [primary] = servers;
  if (!primary) throw new Error('no primary');
  const expects = servers.map((one) => ({ node: nodeName(one), reading: 'replication.role', value: 'any' }));
  const id = await queued(ports, target, [doing([command(primary, argv)], { expects })]);
  const claim = await store.transaction(async (tx) => {
    const run = await tx.run(id);
    const proposal = run && (await tx.proposal(run.proposal));
    if (run) await tx.saveRun({ ...run, state: 'cancelled' });
    return run && proposal && { run, proposal, target };
  });
  if (!claim) throw new Error('no run');
  const { verdict, note } = await verify(ports, claim, new Map());
  return { verdict, note };
}

describe('two primaries', () => {
  test.each([[['REPLICAOF', 'NO', 'ONE']], [['FAILOVER']], [['SENTINEL', 'FAILOVER', 'prod']]] as const)(
    'after %j: it did not work',
    async (argv) => {
      expect(await found([...argv])).toEqual({
        verdict: 'not-verified',
        note: expect.stringContaining('are both primaries of one dataset'),
      });
    },
  );

  test('after what changes no roles they have a rule of their own', async () =>
    expect(await found(['CONFIG', 'SET', 'timeout', '0'])).toMatchObject({ verdict: 'verified' }));

  test('one that cannot be seen any more may be the second', async () => {
    const [, second] = servers;
    await second?.stop();
    expect(await found(['SENTINEL', 'FAILOVER', 'prod'])).toEqual({
      verdict: 'unknown',
      note: expect.stringMatching(/^whether 127.0.0.1:\d+ takes writes too cannot be seen/),
    });
  });
});
