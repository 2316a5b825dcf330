import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/domain/action.ts';
import { type Command, type Reply, ReplyError } from '../../src/domain/command.ts';
import { ConnectionLost } from '../../src/domain/connection-lost.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import { withAnswers } from '../../src/flow/answer-questions.ts';
import type { Servers } from '../../src/flow/ports.ts';
import { group, PRIMARY, primary } from '../support/planning.ts';

const action = defineAction({
  args: z.strictObject({ key: z.string(), db: z.number().optional() }),
  needs: [],
  sends: [['TYPE']],
  risks: ['read'],
  asks: ({ key, db }) => [{ node: PRIMARY, ...(db !== undefined && { db }), command: ['TYPE', key] }],
  plan(args, scene) {
    const { key, db } = args;
    const type = scene.answer({ node: PRIMARY, ...(db !== undefined && { db }), command: ['TYPE', key] });
    return { args, commands: [], undo: '', impact: [JSON.stringify(type)], risk: 'read', watches: [] };
  },
});

/** A server that answers as told, and what it was sent. */
function world(answer: (command: Command) => Reply, refused = false) {
  const sent: string[] = [];
  let closed = 0;
  const never = () => Promise.reject(new Error('not here'));
  const inspect: Servers['inspect'] = async () =>
    refused
      ? { kind: 'refused', cause: 'unreachable', detail: 'gone' }
      : {
          kind: 'open',
          session: {
            async ask(commands) {
              sent.push(commands.map((command) => command.join(' ')).join(', '));
              return { replies: commands.map(answer), tookMs: 1 };
            },
            close: () => {
              closed += 1;
            },
          },
        };
  const servers: Servers = { read: never, readKeys: never, carry: never, write: never, inspect };
  return { sent, closed: () => closed, servers };
}

async function told(servers: Servers, args: unknown) {
  const snapshot = group([primary()]);
  const [node] = readNodes(snapshot);
  if (!node) throw new Error('no node');
  const asked = await withAnswers(servers, snapshot, [{ action, args, node }]);
  const plan = action.plan(args, asked, node);
  return 'refused' in plan ? plan.refused : plan.impact[0];
}

test('what an action asks is there when it plans; names and answers are bytes on the way', async () => {
  const { servers, sent, closed } = world(() => 'gr\u00c3\u00bcn');
  expect(await told(servers, { key: 'gr\u00fcn' })).toBe('"gr\u00fcn"');
  expect(sent).toEqual(['TYPE gr\u00c3\u00bcn']);
  expect(closed()).toBe(1);
});

test('another database is selected first, and when it cannot be nothing is believed', async () => {
  const good = world(([name]) => (name === 'SELECT' ? 'OK' : 'list'));
  expect(await told(good.servers, { key: 'k', db: 3 })).toBe('"list"');
  expect(good.sent).toEqual(['SELECT 3, TYPE k']);
  const bad = world(([name]) => (name === 'SELECT' ? new ReplyError('ERR DB index is out of range') : 'list'));
  expect(await told(bad.servers, { key: 'k', db: 99 })).toContain('out of range');
});

test('a server that lets nobody in, and a connection that is lost, refuse the plan with the reason', async () => {
  expect(await told(world(() => '', true).servers, { key: 'k' })).toContain('gone');
  const lost = world(() => {
    throw new ConnectionLost('hung', 'no answer');
  });
  expect(await told(lost.servers, { key: 'k' })).toContain('no answer');
  expect(lost.closed()).toBe(1);
});

test('arguments that are none ask nothing', async () => {
  const { servers, sent } = world(() => 'list');
  const snapshot = group([primary()]);
  const [node] = readNodes(snapshot);
  if (!node) throw new Error('no node');
  expect(await withAnswers(servers, snapshot, [{ action, args: { key: 7 }, node }])).toBe(snapshot);
  expect(await withAnswers(servers, snapshot, [{ action: undefined, args: {}, node }])).toBe(snapshot);
  expect(sent).toEqual([]);
});
