import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { classic } from '../../../src/slack/blocks/degrade.ts';
import { lintHome, lintMessage, lintView } from '../../../src/slack/blocks/lint.ts';
import { markup } from '../../../src/slack/blocks/text.ts';
import { homeView } from '../../../src/slack/cards/home.ts';
import { denyModal, noticeModal, reviewModal } from '../../../src/slack/cards/modals.ts';
import { messagesOf } from '../../../src/slack/face.ts';
import { hostile, incident, proposal, thread } from '../threads.ts';

const RUNS = { numRuns: 300 };

/** Every text that Slack parses for markup. */
function parsed(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(parsed);
  if (typeof node !== 'object' || node === null) return [];
  const { type, text } = node as { type?: unknown; text?: unknown };
  const own = type === 'mrkdwn' && typeof text === 'string' ? [text] : [];
  return [...own, ...Object.values(node).flatMap(parsed)];
}

/** The people whom our own model names may be mentioned; nothing else in angle brackets is a mention. */
function mentions(text: string): string[] {
  return (text.match(/<[!@#][^>]*>?/g) ?? []).filter(
    (found) => !/^<(@U024BE7LH|@WABCDEF12|!date\^\d+\^[^<>]*\|[^<>]*)>$/.test(found),
  );
}

function checkMessage(blocks: readonly object[], text: string): void {
  expect(lintMessage(blocks)).toEqual([]);
  expect([text, ...parsed(blocks)].flatMap(mentions)).toEqual([]);
  expect(text.length).toBeGreaterThan(0);
  expect(text.length).toBeLessThanOrEqual(1000);
  expect(JSON.stringify(blocks).isWellFormed()).toBe(true);
}

test('every message of any thread is what Slack takes, mentions nobody by accident and stays small', () => {
  fc.assert(
    fc.property(thread, (any) => {
      const messages = messagesOf(any);
      expect(messages.map((message) => message.key)).toContain(`${any.incident.id}/root`);
      for (const message of messages) checkMessage(message.blocks, message.text);
    }),
    RUNS,
  );
});

test('so is each of them in classic blocks', () => {
  const onlyClassic = ['section', 'context', 'actions', 'header', 'divider'];
  fc.assert(
    fc.property(thread, (any) => {
      for (const message of messagesOf(any)) {
        const blocks = classic(message.blocks);
        checkMessage(blocks, message.text);
        expect(blocks.map((block) => block.type).filter((type) => !onlyClassic.includes(type))).toEqual([]);
      }
    }),
    RUNS,
  );
});

test('the same state gives the same messages', () => {
  fc.assert(
    fc.property(thread, (any) => {
      expect(messagesOf(structuredClone(any))).toEqual(messagesOf(any));
    }),
    { numRuns: 30 },
  );
});

test('every modal is what Slack takes', () => {
  fc.assert(
    fc.property(proposal, hostile, (any, sentence) => {
      for (const view of [reviewModal(any), denyModal(any), noticeModal(sentence)]) {
        expect(lintView(view)).toEqual([]);
        expect(parsed(view).flatMap(mentions)).toEqual([]);
      }
    }),
    RUNS,
  );
});

test('the Home tab of any fleet is what Slack takes', () => {
  fc.assert(
    fc.property(fc.array(incident, { maxLength: 40 }), hostile, (incidents, words) => {
      const view = homeView({
        paused: markup`${words}`,
        incidents: incidents.map((one) => markup`${one.openedBy}`),
        targets: incidents.map((newest) => ({
          newest,
          target: {
            name: newest.target,
            kind: 'standalone',
            seeds: [{ host: 'h', port: 1 }],
            credentials: {},
            objectives: {},
            environment: words,
            owners: [],
            alertLabels: {},
            thresholds: {},
          },
        })),
      });
      expect(lintHome(view.blocks)).toEqual([]);
      expect(lintView(view)).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
