import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import type { Expectation } from '../../../src/domain/action.ts';
import type { RunId } from '../../../src/domain/ids.ts';
import type { ProposalStep } from '../../../src/domain/proposal.ts';
import { nodeName, type Target } from '../../../src/domain/target.ts';
import { answerStep } from '../../../src/flow/answer-step.ts';
import { cancelRun } from '../../../src/flow/cancel.ts';
import { pause, resume } from '../../../src/flow/pause.ts';
import type { Deeds, Ports } from '../../../src/flow/ports.ts';
import { executeRun } from '../../../src/flow/run/execute.ts';
import type { OpenStore } from '../../../src/io/store/store.ts';
import { freshStore } from '../../support/databases.ts';
import { ALEX, OLLI } from '../../support/proposal.ts';
import { realPorts } from '../../support/real-ports.ts';
import { asTold, command, doing, outcome, queued } from '../../support/runs.ts';
import { MASTER, startSentinels } from '../../support/sentinels.ts';
import { plainTarget } from '../../support/target.ts';

const HERE = 'memory_config.maxmemory > 0';

let server: RedisServer;
let store: OpenStore;
let target: Target;
let ports: Ports;

beforeAll(async () => {
  server = await startRedis();
  store = await freshStore();
  target = plainTarget({ seeds: [server] });
  ports = asTold(await realPorts(store, [target], [ALEX]), [HERE]);
});
afterAll(async () => {
  await store.close();
  await server.stop();
});
beforeEach(() => server.send('FLUSHALL'));

const shows = (reading: string, value: string): Expectation => ({ node: nodeName(server), reading, value });
const set = (key: string) => command(server, ['SET', key, '1']);

async function carriedOut(steps: readonly ProposalStep[], on = ports) {
  const id = await queued(on, target, steps);
  await executeRun(on, id);
  return outcome(on, id);
}

/** Begins a run and comes back once the servers or the store show this. */
async function begun(steps: readonly ProposalStep[], shown: (id: RunId) => Promise<unknown>, on = ports) {
  const id = await queued(on, target, steps);
  const over = executeRun(on, id);
  await vi.waitFor(async () => expect(await shown(id)).toBeTruthy(), 10_000);
  return { id, over };
}

const isWaiting = (seq: number, state: string) => async (id: RunId) =>
  (await store.transaction((tx) => tx.stepsOf(id)))[seq]?.state === state;

describe('what a command leads to is waited for', () => {
  const limit = (value: string, withinSeconds: number) =>
    command(server, ['SET', 'first', '1'], {
      until: { shows: [shows('memory-config.maxmemory', value)], withinSeconds },
    });

  test('the next one is sent when it shows, however late', async () => {
    await server.send('CONFIG', 'SET', 'maxmemory', '0');
    const { id, over } = await begun([doing([limit('104857600', 20), set('second')])], isWaiting(0, 'waiting'));
    expect(await server.send('EXISTS', 'second')).toBe(0);
    await server.send('CONFIG', 'SET', 'maxmemory', '100mb');
    await over;
    expect(await outcome(ports, id)).toMatchObject({ state: 'finished', steps: ['command done', 'command done'] });
    expect(await server.send('EXISTS', 'second')).toBe(1);
  });

  test('not in time: the step failed with what was seen, and its way back is sent', async () => {
    await server.send('CONFIG', 'SET', 'maxmemory', '0');
    const came = await carriedOut([doing([limit('5', 0.5), set('second')], { otherwise: [set('back')] })]);
    expect(came).toMatchObject({ state: 'failed', steps: ['command late', 'command skipped', 'rescue done'] });
    expect(came.note).toContain(`memory-config.maxmemory of ${nodeName(server)} is 0, not 5`);
    expect(came.note).toContain(`The way back was sent: ${nodeName(server)}> SET back 1.`);
    expect([await server.send('EXISTS', 'second'), await server.send('EXISTS', 'back')]).toEqual([0, 1]);
  });

  test('a bound is waited for as well', async () => {
    const bound = { node: nodeName(server), reading: 'memory-config.maxmemory', below: 1 };
    await server.send('CONFIG', 'SET', 'maxmemory', '100mb');
    const first = command(server, ['SET', 'first', '1'], { until: { below: [bound], withinSeconds: 10 } });
    const { id, over } = await begun([doing([first])], isWaiting(0, 'waiting'));
    await server.send('CONFIG', 'SET', 'maxmemory', '0');
    await over;
    expect(await outcome(ports, id)).toMatchObject({ state: 'finished', steps: ['command done'] });
  });

  test.each([
    { how: 'cancelled', stop: (run: RunId) => cancelRun(ports, { run, by: ALEX }), again: async () => {} },
    { how: 'paused', stop: () => pause(ports, ALEX, 'a test'), again: () => resume(ports, ALEX) },
  ])('$how while it is waited for: the way back is sent all the same', async ({ how, stop, again }) => {
    const steps = [doing([limit('5', 30), set('second')], { otherwise: [set('back')] })];
    const { id, over } = await begun(steps, isWaiting(0, 'waiting'));
    await stop(id);
    await over;
    await again();
    const came = await outcome(ports, id);
    expect(came).toMatchObject({ state: 'cancelled', steps: ['command late', 'command skipped', 'rescue done'] });
    expect(came.note).toMatch(new RegExp(`${how} between two commands. The way back was sent`));
    expect(await server.send('EXISTS', 'back')).toBe(1);
  });
});

describe('a step that stops half way', () => {
  const wrong = () => command(server, ['NOSUCHCOMMAND']);

  test('sends its way back in order, all of it, and tells what did not work', async () => {
    const otherwise = [set('one'), wrong(), set('two')];
    const came = await carriedOut([doing([set('first'), wrong()], { otherwise })]);
    expect(came).toMatchObject({
      state: 'failed',
      steps: ['command done', 'command failed', 'rescue done', 'rescue failed', 'rescue done'],
    });
    expect(came.note).toMatch(/The way back did not work: .*NOSUCHCOMMAND.*Look at the servers now/);
    expect(await server.send('EXISTS', 'first', 'one', 'two')).toBe(3);
  });

  test('passes over what would do harm by then', async () => {
    const unless = [shows('replication.role', 'master')];
    const otherwise = [{ ...set('harm'), unless }, set('back')];
    const came = await carriedOut([doing([set('first'), wrong()], { otherwise })]);
    expect(came.steps).toEqual(['command done', 'command failed', 'rescue skipped', 'rescue done']);
    expect(came.note).toContain(`The way back was sent: ${nodeName(server)}> SET back 1. Of the way back passed over`);
    expect(came.note).toContain('SET harm 1: not sent: replication.role');
    expect(await server.send('EXISTS', 'harm')).toBe(0);
  });

  test('had not begun: there is nothing to take back', async () => {
    const came = await carriedOut([doing([wrong(), set('second')], { otherwise: [set('back')] })]);
    expect(came).toMatchObject({ state: 'failed', steps: ['command failed', 'command skipped'] });
    expect(came.note).not.toContain('way back');
    expect(await server.send('DBSIZE')).toBe(0);
  });

  test('only the way back of that step is sent, not that of one before', async () => {
    const steps = [
      doing([set('first')], { otherwise: [set('back of the first')] }),
      doing([set('second'), wrong()], { otherwise: [set('back')] }),
    ];
    expect(await carriedOut(steps)).toMatchObject({ state: 'failed' });
    expect(await server.send('EXISTS', 'back of the first')).toBe(0);
    expect(await server.send('EXISTS', 'back')).toBe(1);
  });

  test('an answer that never came leaves it unknown, and the way back is sent', async () => {
    const on = behindSends(ports, (count) => {
      if (count === 2) return { kind: 'unknown', why: 'the connection was cut' };
    });
    const came = await carriedOut([doing([set('first'), set('second')], { otherwise: [set('back')] })], on);
    expect(came).toMatchObject({ state: 'unknown', steps: ['command done', 'command unknown', 'rescue done'] });
    expect(came.note).toMatch(/SET second 1: it may or may not have been applied: the connection was cut/);
  });

  test('a bug of ours sends the way back too, and asks a person', async () => {
    const on = behindSends({ ...ports, log: { ...ports.log, error: () => {} } }, (count) => {
      if (count === 2) throw new Error('a bug');
    });
    const came = await carriedOut([doing([set('first'), set('second')], { otherwise: [set('back')] })], on);
    expect(came).toMatchObject({ state: 'unknown' });
    expect(came.note).toMatch(/Something broke on our side.*Look at the servers. The way back was sent/);
    expect(await server.send('EXISTS', 'back')).toBe(1);
  });
});

/** Ports whose n-th command meets this instead of its server. */
function behindSends(on: Ports, met: (count: number) => { kind: 'unknown'; why: string } | undefined): Ports {
  let count = 0;
  const write: Ports['servers']['write'] = async (address, whose) => {
    const opened = await on.servers.write(address, whose);
    if (opened.kind === 'refused') return opened;
    const { session } = opened;
    const send: typeof session.send = async (argv) => met(++count) ?? session.send(argv);
    return { kind: 'open', session: { send, close: () => session.close() } };
  };
  const { servers } = on;
  return {
    ...on,
    servers: { ...servers, write },
  };
}

describe('a step for a person', () => {
  const asked = (timeoutSeconds: number, until: string | null = null): ProposalStep => ({
    kind: 'manual',
    node: nodeName(server),
    instruction: 'Replace the disk and say so.',
    ask: 'The ticket',
    until,
    timeoutSeconds,
  });
  const isAsked = isWaiting(0, 'started');

  test('waits for the word of an approver, keeps the answer, and goes on', async () => {
    const { id, over } = await begun([asked(30), doing([set('after')])], isAsked);
    expect(await answerStep(ports, { run: id, seq: 0, by: OLLI, answer: 'me' })).toMatchObject({ kind: 'refused' });
    expect(await answerStep(ports, { run: id, seq: 1, by: ALEX, answer: 'x' })).toMatchObject({ kind: 'refused' });
    expect(await server.send('EXISTS', 'after')).toBe(0);
    expect(await answerStep(ports, { run: id, seq: 0, by: ALEX, answer: 'T-1' })).toEqual({ kind: 'taken' });
    await over;
    const [row] = await store.transaction((tx) => tx.stepsOf(id));
    expect(row).toMatchObject({ state: 'done', reply: 'T-1' });
    expect(await outcome(ports, id)).toMatchObject({ state: 'finished' });
  });

  test('with a guard, the word alone is not enough', async () => {
    await server.send('CONFIG', 'SET', 'maxmemory', '0');
    const { id, over } = await begun([asked(30, HERE), doing([set('after')])], isAsked);
    await answerStep(ports, { run: id, seq: 0, by: ALEX, answer: '' });
    await sleep(1200);
    expect(await outcome(ports, id)).toMatchObject({ steps: ['manual started', 'command pending'] });
    await server.send('CONFIG', 'SET', 'maxmemory', '100mb');
    await over;
    expect(await outcome(ports, id)).toMatchObject({ state: 'finished' });
  });

  test('nobody answers in time: it failed, and what comes after is not sent', async () => {
    const came = await carriedOut([asked(1), doing([set('after')])]);
    expect(came).toMatchObject({ state: 'failed', steps: ['manual failed', 'command skipped'] });
    expect(came.note).toBe('the step for a person was not done within 1 s: nobody has said that it is done');
  });

  test('people who only do things by hand hold nobody up; a person asked between two commands does', async () => {
    const byHand = await begun([asked(60)], isAsked);
    const between = await begun([doing([set('first')]), asked(60), doing([set('second')])], isWaiting(1, 'started'));
    await expect(carriedOut([doing([set('third')])])).rejects.toThrow(`Another run (${between.id}) is at work`);
    const alsoByHand = await begun([asked(60)], isAsked);
    await answerStep(ports, { run: between.id, seq: 1, by: ALEX, answer: '' });
    await between.over;
    expect(await carriedOut([doing([set('third')])])).toMatchObject({ steps: ['command done'] });
    expect(await server.send('EXISTS', 'first', 'second', 'third')).toBe(3);
    for (const { id, over } of [byHand, alsoByHand]) {
      expect(await outcome(ports, id)).toMatchObject({ state: 'running', steps: ['manual started'] });
      await answerStep(ports, { run: id, seq: 0, by: ALEX, answer: '' });
      await over;
    }
  });

  test('cancelled, nobody is asked any more', async () => {
    const { id, over } = await begun([asked(30), doing([set('after')])], isAsked);
    await cancelRun(ports, { run: id, by: ALEX });
    await over;
    expect(await outcome(ports, id)).toMatchObject({
      state: 'cancelled',
      steps: ['manual skipped', 'command skipped'],
    });
  });
});

test('a notice stands in the audit trail when its turn comes', async () => {
  const notice: ProposalStep = { kind: 'notify', node: nodeName(server), text: 'The cache is cold now.' };
  const came = await carriedOut([doing([set('before')]), notice]);
  expect(came).toMatchObject({ state: 'finished', steps: ['command done', 'notify done'] });
  const events = await store.transaction((tx) => tx.auditEvents({ after: 0, limit: 10_000 }));
  const told = events.find(({ kind, run }) => kind === 'notified' && run === came.run.id);
  expect(told?.facts).toMatchObject({ text: 'The cache is cold now.' });
});

test('a command for a Sentinel goes to it, with its own login', async () => {
  const locked = ['--requirepass', 'of the sentinel'];
  const [sentinel] = await startSentinels({ primary: server, count: 1, quorum: 1, args: locked });
  if (!sentinel) throw new Error('no Sentinel');
  try {
    const watched: Target = {
      ...target,
      sentinel: { seeds: [sentinel], master: MASTER, credentials: { password: 'of the sentinel' } },
    };
    const on: Ports = { ...ports, targets: new Map([[watched.name, watched]]) };
    const argv = ['SENTINEL', 'SET', MASTER, 'down-after-milliseconds', '4321'] as const;
    const came = await carriedOut([doing([command(sentinel, [...argv], { via: 'sentinel' })])], on);
    expect(came).toMatchObject({ steps: ['command done'] });
    expect(JSON.stringify(await sentinel.send('SENTINEL', 'MASTER', MASTER))).toContain('"4321"');
  } finally {
    await sentinel.stop();
  }
});

describe('what redis-medic does itself', () => {
  const deed = (...argv: [string, ...string[]]) => command(server, argv, { via: 'medic' });
  const able = (deeds: Record<string, NonNullable<ReturnType<Deeds['get']>>>): Ports => ({
    ...ports,
    deeds: new Map(Object.entries(deeds)),
  });

  test('tells how far it is, its answer is kept, and what it left open is closed at the end, last first', async () => {
    const closed: string[] = [];
    let finish = () => {};
    let tell = (_text: string) => {};
    const on = able({
      copy: async (argv, context) => {
        tell = (text) => context.progress(text);
        for (const what of ['first', 'second']) context.atEnd(async () => void closed.push(what));
        context.progress(`1 of 2 MiB of ${context.node.port} to ${argv[1]}`);
        await new Promise<void>((resolve) => (finish = resolve));
        return { kind: 'answered', reply: 'copied' };
      },
    });
    const progressed = async (id: RunId) => (await store.transaction((tx) => tx.stepsOf(id)))[0]?.reply;
    const { id, over } = await begun([doing([deed('copy', 'somewhere'), set('after')])], progressed, on);
    expect(await progressed(id)).toBe(`1 of 2 MiB of ${server.port} to somewhere`);
    expect(closed).toEqual([]);
    finish();
    await vi.waitFor(async () => expect(await progressed(id)).toBe('copied'), 10_000);
    await over;
    // Some go on in the background, and what they tell comes too late for the row.
    tell('2 of 2 MiB');
    await sleep(300);
    expect(await progressed(id)).toBe('copied');
    expect(await outcome(on, id)).toMatchObject({ state: 'finished', steps: ['command done', 'command done'] });
    expect(closed).toEqual(['second', 'first']);
  });

  test('is broken off when the run is cancelled, and the way back is sent', async () => {
    const on = able({
      copy: (_argv, context) => {
        const { signal } = context;
        context.progress('on its way');
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      },
    });
    const steps = [doing([set('first'), deed('copy')], { otherwise: [set('back')] })];
    const { id, over } = await begun(steps, isWaiting(1, 'started'), on);
    await cancelRun(on, { run: id, by: ALEX });
    await over;
    const came = await outcome(on, id);
    expect(came).toMatchObject({ state: 'cancelled', steps: ['command done', 'command failed', 'rescue done'] });
    expect(came.note).toMatch(/^it was cancelled between two commands. The way back was sent/);
  });

  test.each([
    { what: 'throws', name: 'copy', why: 'the disk is full' },
    { what: 'is not known', name: 'fly', why: 'redis-medic cannot do fly here' },
  ])('one that $what failed, with the reason', async ({ name, why }) => {
    const on = able({
      copy: async () => {
        throw new Error('the disk is full');
      },
    });
    const came = await carriedOut([doing([deed(name), set('after')])], on);
    expect(came).toMatchObject({ state: 'failed', steps: ['command failed', 'command skipped'] });
    expect(came.note).toBe(`${nodeName(server)}> ${name}: ${why}`);
  });
});
