import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import type { ProposalStep } from '../../../src/domain/proposal.ts';
import type { Run } from '../../../src/domain/run.ts';
import { nodeName, type Target } from '../../../src/domain/target.ts';
import { answerStep } from '../../../src/flow/answer-step.ts';
import type { Ports } from '../../../src/flow/ports.ts';
import { recoverRuns } from '../../../src/flow/run/recover.ts';
import type { OpenStore } from '../../../src/io/store/store.ts';
import { freshStore } from '../../support/databases.ts';
import { ALEX } from '../../support/proposal.ts';
import { realPorts } from '../../support/real-ports.ts';
import { asTold, command, doing, leftBehind, outcome, queued } from '../../support/runs.ts';
import { plainTarget } from '../../support/target.ts';

let server: RedisServer;
let store: OpenStore;
let target: Target;
let ports: Ports;
const deeds: string[] = [];

beforeAll(async () => {
  server = await startRedis();
  store = await freshStore();
  target = plainTarget({ seeds: [server] });
  const copy = async (argv: readonly string[]) => {
    deeds.push(argv.join(' '));
    return { kind: 'answered', reply: 'copied' } as const;
  };
  ports = asTold({ ...(await realPorts(store, [target], [ALEX])), deeds: new Map([['copy', copy]]) });
});
afterAll(async () => {
  await store.close();
  await server.stop();
});
beforeEach(async () => {
  deeds.length = 0;
  await server.send('FLUSHALL');
  await server.send('CONFIG', 'SET', 'maxmemory', '0');
});

const set = (key: string) => command(server, ['SET', key, '1']);
const limit = (value: string) =>
  command(server, ['CONFIG', 'SET', 'maxmemory', value], {
    applied: [{ node: nodeName(server), reading: 'memory-config.maxmemory', value }],
  });
const keys = async () => [...((await server.send('KEYS', '*')) as string[])].sort();

type Left = Parameters<typeof leftBehind>[2];

/** A run whose worker died with its steps like this, taken over. */
async function recovered(steps: readonly ProposalStep[], left: Left, on = ports) {
  const id = await queued(ports, target, steps);
  await leftBehind(ports, id, left);
  await Promise.all(await recoverRuns(on, true));
  return outcome(ports, id);
}

/** After an hour without a worker. */
function anHourLater(): Ports {
  return { ...ports, clock: { ...ports.clock, now: () => ports.clock.now() + 3_600_000 } };
}

describe('a command that was being sent', () => {
  test('and shows: it counts as done, and the rest is sent', async () => {
    await server.send('CONFIG', 'SET', 'maxmemory', '104857600');
    const came = await recovered([doing([limit('104857600'), set('second')])], ['started']);
    expect(came).toMatchObject({ state: 'finished', steps: ['command done', 'command done'] });
  });

  test('and does not show: it is sent once more', async () => {
    const came = await recovered([doing([limit('104857600')])], ['started']);
    expect(came).toMatchObject({ state: 'finished', run: { verdict: 'verified' } });
  });

  test('and cannot be seen: unknown, nothing after it is sent, but its way back is', async () => {
    const steps = [doing([set('first'), set('second')], { otherwise: [set('back')] })];
    const came = await recovered(steps, ['started']);
    expect(came).toMatchObject({ state: 'unknown', steps: ['command unknown', 'command skipped', 'rescue done'] });
    expect(came.note).toMatch(
      /SET first 1: we were restarted while it was sent.*Look at the server before anything else/,
    );
    expect(await keys()).toEqual(['back']);
  });

  test.each([
    { there: 'x'.repeat(2000), ended: 'sent, as it is still there' },
    { there: '', ended: 'done, as it is gone' },
    { there: 'new', ended: 'unknown, as there is another one' },
  ])('and keys show it: $ended', async ({ there, ended }) => {
    if (there) await server.send('SET', 'one', there);
    const signs = [
      { ask: ['MEMORY', 'USAGE', 'one'] as [string, ...string[]], applied: { to: 0 }, before: { from: 1000 } },
    ];
    const came = await recovered([doing([command(server, ['UNLINK', 'one'], { signs })])], ['started']);
    expect(came.state).toBe(ended.startsWith('unknown') ? 'unknown' : 'finished');
    expect(await keys()).toEqual(ended.startsWith('unknown') ? ['one'] : []);
  });

  test('to redis-medic itself: it is done again', async () => {
    const copy = command(server, ['copy', 'it'], { via: 'medic' });
    const came = await recovered([doing([copy, set('after')])], [{ state: 'started', reply: '1 of 2 GiB' }]);
    expect(came).toMatchObject({ state: 'finished' });
    expect(deeds).toEqual(['copy it']);
  });
});

describe('what lasted only as long as the process before', () => {
  const held = () => command(server, ['copy', 'serve'], { via: 'medic', holds: true });
  const steps = (...more: ProposalStep[]) => [
    doing([held(), set('first'), set('second')], { otherwise: [set('back')] }),
    ...more,
  ];

  test.each<{ when: string; left: Left; ended: string[] }>([
    { when: 'nothing else was sent', left: ['done'], ended: ['command done', 'command skipped', 'command skipped'] },
    { when: 'half was sent', left: ['done', 'done'], ended: ['command done', 'command done', 'command skipped'] },
    {
      when: 'an effect was waited for',
      left: ['done', 'waiting'],
      ended: ['command done', 'command late', 'command skipped'],
    },
  ])('$when: the step cannot go on, and its way back is sent', async ({ left, ended }) => {
    const came = await recovered(steps(), left);
    expect(came).toMatchObject({ state: 'failed', steps: [...ended, 'rescue done'] });
    expect(came.note).toMatch(/copy serve began ended with us. The way back was sent: .*SET back 1/);
    expect(await keys()).toEqual(['back']);
    expect(deeds).toEqual([]);
  });

  test('is not missed once the step is over', async () => {
    const came = await recovered(steps(doing([set('third')])), ['done', 'done', 'done']);
    expect(came).toMatchObject({ state: 'finished' });
    expect(await keys()).toEqual(['third']);
  });
});

describe('a step for a person', () => {
  const manual: ProposalStep = {
    kind: 'manual',
    node: 'any',
    instruction: 'Replace the disk.',
    ask: null,
    until: null,
    timeoutSeconds: 7200,
  };

  test('that was answered meanwhile: the answer counts', async () => {
    const came = await recovered([manual, doing([set('after')])], [{ state: 'started', reply: 'T-1' }]);
    expect(came).toMatchObject({ state: 'finished', steps: ['manual done', 'command done'] });
    const [row] = await store.transaction((tx) => tx.stepsOf(came.run.id));
    expect(row?.reply).toBe('T-1');
  });

  test('goes on waiting, also when the approval is long past', async () => {
    const id = await queued(ports, target, [manual, doing([set('after')])]);
    await leftBehind(ports, id, ['started']);
    const [over] = await recoverRuns(anHourLater(), true);
    await vi.waitFor(async () => expect((await outcome(ports, id)).run.fence).toBe(2), 10_000);
    expect(await answerStep(ports, { run: id, seq: 0, by: ALEX, answer: '' })).toEqual({ kind: 'taken' });
    await over;
    expect(await outcome(ports, id)).toMatchObject({ state: 'finished' });
  });
});

describe('too late to go on', () => {
  const note = /^we were down too long to go on: 1 of 2 steps were not sent/;

  test('in the middle of a step: its way back is sent before it is cancelled', async () => {
    const steps = [doing([set('first'), set('second')], { otherwise: [set('back')] })];
    const came = await recovered(steps, ['done'], anHourLater());
    expect(came).toMatchObject({ state: 'cancelled', steps: ['command done', 'command skipped', 'rescue done'] });
    expect(came.note).toMatch(note);
    expect(await keys()).toEqual(['back']);
  });

  test('between two steps: what was done stays, nothing is sent', async () => {
    const steps = [
      doing([set('first')], { otherwise: [set('back')] }),
      doing([set('second')], { otherwise: [set('no')] }),
    ];
    const came = await recovered(steps, ['done'], anHourLater());
    expect(came).toMatchObject({ state: 'cancelled', steps: ['command done', 'command skipped'] });
    expect(came.note).toMatch(note);
    expect(await keys()).toEqual([]);
  });

  test('an effect that is all there is to wait for is still waited for', async () => {
    const shown = { shows: [{ node: nodeName(server), reading: 'memory-config.maxmemory', value: '0' }] };
    const waits = command(server, ['SET', 'a', '1'], { until: { ...shown, withinSeconds: 5 } });
    expect(await recovered([doing([waits])], ['waiting'], anHourLater())).toMatchObject({ state: 'finished' });
    expect(await keys()).toEqual([]);
  });
});

describe('a way back that was begun', () => {
  /** As a worker leaves it that was stopped after the first command and died while it sent the way back. */
  async function turned(states: readonly ('done' | 'started' | 'pending')[], run: Partial<Run> = {}) {
    const otherwise = [set('back one'), set('back two')];
    const id = await queued(ports, target, [doing([set('first'), set('second')], { otherwise })]);
    await leftBehind(ports, id, ['done'], run);
    await store.transaction((tx) =>
      tx.addSteps(
        otherwise.map((sent, at) => ({
          run: id,
          seq: 2 + at,
          step: 0,
          kind: 'rescue',
          command: sent,
          label: 'way back',
          state: states[at] ?? 'pending',
          reply: null,
          startedAt: null,
          endedAt: null,
        })),
      ),
    );
    await Promise.all(await recoverRuns(ports, true));
    return outcome(ports, id);
  }

  test('is finished, and the step does not go forward any more', async () => {
    const came = await turned(['done', 'pending'], { cancelRequested: true });
    expect(came).toMatchObject({
      state: 'cancelled',
      steps: ['command done', 'command skipped', 'rescue done', 'rescue done'],
    });
    expect(await keys()).toEqual(['back two']);
  });

  test('is finished also where one of it may or may not have been applied, which is told', async () => {
    const came = await turned(['started', 'pending']);
    expect(came.steps).toEqual(['command done', 'command skipped', 'rescue unknown', 'rescue done']);
    expect(came.state).toBe('failed');
    expect(came.note).toMatch(/The way back did not work: .*SET "back one" 1.*restarted while it was sent.*Look/);
    expect(await keys()).toEqual(['back two']);
  });
});
