import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { nodeName, type Target } from '../../src/domain/target.ts';
import { vote } from '../../src/flow/decide.ts';
import type { Ports } from '../../src/flow/ports.ts';
import { remind } from '../../src/flow/remind.ts';
import { executeRun } from '../../src/flow/run/execute.ts';
import { proposeUndo } from '../../src/flow/undo/propose-undo.ts';
import type { OpenStore } from '../../src/io/store/store.ts';
import { freshStore } from '../support/databases.ts';
import { ALEX, RILEY } from '../support/proposal.ts';
import { realPorts } from '../support/real-ports.ts';
import { asTold, command, doing, queued } from '../support/runs.ts';
import { plainTarget } from '../support/target.ts';

const MINUTE = 60_000;
let server: RedisServer;
let store: OpenStore;
let target: Target;
let ports: Ports;
let aheadMs = 0;

beforeAll(async () => {
  server = await startRedis();
  store = await freshStore();
  target = plainTarget({ seeds: [server] });
  const real = asTold(await realPorts(store, [target], [ALEX]));
  ports = { ...real, clock: { ...real.clock, now: () => Date.now() + aheadMs } };
});
afterAll(async () => {
  await store.close();
  await server.stop();
});

const set = (value: string) =>
  command(server, ['CONFIG', 'SET', 'stop-writes-on-bgsave-error', value], {
    applied: [{ node: nodeName(server), reading: 'persistence-config.stop_writes_on_bgsave_error', value }],
  });

test('what must not stay is told again and again, ever later, until the server shows that it was taken back', async () => {
  const text = 'Writes are not protected.';
  const step = doing([set('no')], { undo: [set('yes')], remind: { afterSeconds: 45 * 60, text } });
  const id = await queued(ports, target, [step]);
  await executeRun(ports, id);
  const told = async (minutes: number) => {
    aheadMs = minutes * MINUTE;
    await remind(ports);
    const rows = await store.transaction((tx) => tx.stepsOf(id));
    return rows.filter(({ kind, label }) => kind === 'reminder' && label === text).length;
  };
  expect(await told(44)).toBe(0);
  expect(await told(46)).toBe(1);
  expect(await told(46)).toBe(1);
  expect(await told(46 + 89)).toBe(1);
  expect(await told(46 + 91)).toBe(2);
  await server.send('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'yes');
  expect(await told(46 + 91 + 200)).toBe(2);
  const events = await store.transaction((tx) => tx.auditEvents({ after: 0, limit: 100 }));
  expect(events.filter(({ kind }) => kind === 'notified')).toHaveLength(2);
});

test('a server on which it was undone is not looked at again', async () => {
  aheadMs = 0;
  const step = doing([set('no')], { undo: [set('yes')], remind: { afterSeconds: 60, text: 'Undo it.' } });
  const id = await queued(ports, target, [step]);
  await executeRun(ports, id);
  const undoing = await proposeUndo(ports, { run: id, by: RILEY });
  if (undoing.kind === 'refused') throw new Error(undoing.sentence);
  const { id: proposal, digest } = undoing.proposal;
  const vetted = { proposal, digest, by: ALEX, verdict: 'approve', reason: null, typed: null } as const;
  const decision = await vote(ports, vetted);
  if (decision.kind !== 'approved') throw new Error(JSON.stringify(decision));
  await executeRun(ports, decision.run);
  aheadMs = 10 * MINUTE;
  const read = vi.spyOn(ports.servers, 'read');
  await remind(ports);
  expect(read).not.toHaveBeenCalled();
  read.mockRestore();
});
