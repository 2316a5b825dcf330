import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import type { PlannedCommand } from '../../../src/domain/proposal.ts';
import { nodeName, type Target } from '../../../src/domain/target.ts';
import { cancelRun } from '../../../src/flow/cancel.ts';
import type { Ports } from '../../../src/flow/ports.ts';
import { seeApplied } from '../../../src/flow/run/see-applied.ts';
import type { OpenStore } from '../../../src/io/store/store.ts';
import { freshStore } from '../../support/databases.ts';
import { ALEX } from '../../support/proposal.ts';
import { realPorts } from '../../support/real-ports.ts';
import { asTold, command, doing, leftBehind, queued } from '../../support/runs.ts';
import { plainTarget } from '../../support/target.ts';

let server: RedisServer;
let store: OpenStore;
let target: Target;
let ports: Ports;

beforeAll(async () => {
  server = await startRedis({ args: ['--loading-process-events-interval-bytes', '1024'] });
  store = await freshStore();
  target = plainTarget({ seeds: [server] });
  ports = asTold(await realPorts(store, [target], [ALEX]));
});
afterAll(async () => {
  await store.close();
  await server.stop();
});
beforeEach(async () => {
  await server.send('FLUSHALL');
  await server.send('CONFIG', 'SET', 'maxmemory', '0');
});

afterEach(async () => {
  await store.transaction(async (tx) => {
    for (const run of await tx.runs({ states: ['running'], limit: 100 }))
      await tx.saveRun({ ...run, state: 'cancelled' });
  });
});

const limit = () =>
  command(server, ['CONFIG', 'SET', 'maxmemory', '104857600'], {
    applied: [{ node: nodeName(server), reading: 'memory-config.maxmemory', value: '104857600' }],
  });
const deleting = (...keys: string[]) =>
  command(server, ['UNLINK', ...keys], {
    signs: keys.map((key) => ({ ask: ['MEMORY', 'USAGE', key], applied: { to: 0 }, before: { from: 1000 } })),
  });

/** A run that was interrupted while it sent this, and a look at what became of it. `process`: the one it was planned for. */
async function interrupted(sent: PlannedCommand, process?: string) {
  const expects = process === undefined ? [] : [{ node: sent.node, reading: 'server.run_id', value: process }];
  const id = await queued(ports, target, [doing([sent], { expects })]);
  await leftBehind(ports, id, ['started'], { leaseUntil: ports.clock.now() + 3_600_000 });
  const claimed = await store.transaction(async (tx) => {
    const run = await tx.run(id);
    const proposal = run && (await tx.proposal(run.proposal));
    const [row] = await tx.stepsOf(id);
    return run && proposal && row && { claim: { run, proposal, target }, row };
  });
  if (!claimed) throw new Error('no run');
  const see = (on = ports) => seeApplied(on, claimed.claim, claimed.row, sent, 'restart');
  const told = () => store.transaction(async (tx) => (await tx.stepsOf(id))[0]?.reply ?? '');
  return { id, see, told };
}

/** Ports for which a server cannot be reached, or not so many times; each look takes ten seconds for them. */
function away(times = Number.POSITIVE_INFINITY): Ports {
  let [left, passed] = [times, 0];
  const { servers, clock } = ports;
  return {
    ...ports,
    clock: { ...clock, now: () => clock.now() + passed },
    servers: {
      ...servers,
      read: async (address, whose) => {
        if (left <= 0) return servers.read(address, whose);
        left -= 1;
        passed += 10_000;
        return { kind: 'refused', cause: 'unreachable', detail: 'connect ECONNREFUSED' };
      },
    },
  };
}

test('what a reading shows', async () => {
  const { see } = await interrupted(limit());
  expect(await see()).toEqual({ kind: 'not-applied', restarted: false });
  await server.send('CONFIG', 'SET', 'maxmemory', '104857600');
  expect(await see()).toEqual({ kind: 'applied' });
});

test('what keys show: gone, there, there as others, and some of each', async () => {
  const { see } = await interrupted(deleting('one', 'two'));
  expect(await see()).toEqual({ kind: 'applied' });
  await server.send('MSET', 'one', 'x'.repeat(2000), 'two', 'x'.repeat(2000));
  expect(await see()).toEqual({ kind: 'not-applied', restarted: false });
  await server.send('SET', 'two', 'new');
  expect(await see()).toMatchObject({ kind: 'unseen', because: expect.stringMatching(/MEMORY USAGE two.*neither/) });
  await server.send('DEL', 'two');
  expect(await see()).toMatchObject({ kind: 'unseen', because: expect.stringContaining('of some keys') });
});

test('a key in the database of the command', async () => {
  const { see } = await interrupted({ ...deleting('one'), db: 3 });
  await server.send('SET', 'one', 'x'.repeat(2000));
  expect(await see()).toEqual({ kind: 'applied' });
});

test('another process answers than the one that it was sent to', async () => {
  expect(await (await interrupted(limit(), 'f'.repeat(40))).see()).toEqual({ kind: 'not-applied', restarted: true });
});

test('nothing to see it by: nothing is looked at', async () => {
  const { see } = await interrupted(command(server, ['SET', 'a', '1']));
  expect(await see(away())).toMatchObject({ kind: 'unseen', because: 'nothing of it can be seen afterwards' });
});

test('a server that is away is looked at again, which the run tells and the audit trail keeps', async () => {
  const { id, see, told } = await interrupted(deleting('one'));
  expect(await see(away(2))).toEqual({ kind: 'applied' });
  expect(await told()).toMatch(/^no answer \(restart\); it is looked at for up to 30 s: .*connect ECONNREFUSED/);
  const events = await store.transaction((tx) => tx.auditEvents({ after: 0, limit: 10_000 }));
  const kept = events.filter(({ run, facts }) => run === id && String(facts.reply).includes('looked at for up to'));
  expect(kept).toHaveLength(1);
});

test('one that stays away is not waited for any longer', async () => {
  const { see } = await interrupted(limit());
  expect(await see(away())).toMatchObject({
    kind: 'unseen',
    because: expect.stringMatching(/after 30 s still: .*ECONNREFUSED/),
  });
});

test('a person who cancels the run ends the waiting', async () => {
  const { id, see } = await interrupted(limit());
  await cancelRun(ports, { run: id, by: ALEX });
  const now = ports.clock.now();
  const still = { ...away(), clock: { ...ports.clock, now: () => now } };
  expect(await see(still)).toMatchObject({ kind: 'unseen', because: expect.stringContaining('cancelled') });
});

test('a server that loads its data shows nothing yet', { timeout: 60_000 }, async () => {
  const { see, told } = await interrupted(limit());
  await server.send('DEBUG', 'POPULATE', '8000', 'key');
  await server.send('SAVE');
  await server.send('CONFIG', 'SET', 'key-load-delay', '1000');
  const reloading = server.send('DEBUG', 'RELOAD', 'NOSAVE');
  expect(await see()).toEqual({ kind: 'not-applied', restarted: false });
  expect(await told()).toContain('is loading its data');
  await reloading;
});
