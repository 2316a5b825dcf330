import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProposalStep } from '../../../src/domain/proposal.ts';
import { cancelRun } from '../../../src/flow/cancel.ts';
import { pause, resume } from '../../../src/flow/pause.ts';
import type { Ports } from '../../../src/flow/ports.ts';
import { type Claim, claimQueued, RunLost } from '../../../src/flow/run/claim.ts';
import { heeding } from '../../../src/flow/run/heed.ts';
import type { OpenStore } from '../../../src/io/store/store.ts';
import { freshStore } from '../../support/databases.ts';
import { ALEX } from '../../support/proposal.ts';
import { realPorts } from '../../support/real-ports.ts';
import { asTold, queued } from '../../support/runs.ts';
import { plainTarget } from '../../support/target.ts';

const target = plainTarget({ seeds: [{ host: '127.0.0.1', port: 1 }] });
const asks: ProposalStep = {
  kind: 'manual',
  node: '127.0.0.1:1',
  instruction: 'Look.',
  ask: null,
  until: null,
  timeoutSeconds: 60,
};
const LONG_MS = 60_000;

let store: OpenStore;
let ports: Ports;

beforeAll(async () => {
  store = await freshStore();
  ports = asTold(await realPorts(store, [target], [ALEX]));
  // The short sleeps of other tests would end a rest before anybody has said anything.
  ports = {
    ...ports,
    clock: { ...ports.clock, sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}) },
  };
});
afterAll(() => store.close());

async function claimed(): Promise<Claim> {
  const claim = await claimQueued(ports, await queued(ports, target, [asks]));
  if (!claim) throw new Error('not claimed');
  return claim;
}

test('what takes its time gives its result, and nobody is asked any more', async () => {
  const claim = await claimed();
  let signal: AbortSignal | undefined;
  const result = await heeding(ports, claim, async (heed) => {
    signal = heed.signal;
    return [await heed.rest(1), 'done'];
  });
  expect(result).toEqual([undefined, 'done']);
  expect(signal?.aborted).toBe(true);
});

test.each([
  { how: 'cancelled', stop: (claim: Claim) => cancelRun(ports, { run: claim.run.id, by: ALEX }) },
  { how: 'paused', stop: () => pause(ports, ALEX, 'a test') },
])('a long rest ends when the run is $how, with the reason', { timeout: 30_000 }, async ({ how, stop }) => {
  const claim = await claimed();
  await stop(claim);
  const told = await heeding(ports, claim, async ({ signal, rest }) => [await rest(LONG_MS), signal.aborted]);
  expect(told).toEqual([expect.stringContaining(how), true]);
  await resume(ports, ALEX);
});

test('a run that another worker has taken over is not gone on with', { timeout: 30_000 }, async () => {
  const claim = await claimed();
  await store.transaction((tx) => tx.saveRun({ ...claim.run, fence: claim.run.fence + 1 }));
  await expect(heeding(ports, claim, ({ rest }) => rest(LONG_MS))).rejects.toThrow(RunLost);
});
