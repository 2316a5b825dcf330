import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TargetName } from '../../../src/domain/ids.ts';
import { PARAMETER_TYPES } from '../../../src/domain/parameter.ts';
import type { Field, Form } from '../../../src/flow/prepare-by-hand.ts';
import { classic } from '../../../src/slack/blocks/degrade.ts';
import { lintHome, lintMessage, lintView } from '../../../src/slack/blocks/lint.ts';
import { markup } from '../../../src/slack/blocks/text.ts';
import { homeView } from '../../../src/slack/cards/home.ts';
import { denyModal, noticeModal, reviewModal } from '../../../src/slack/cards/modals.ts';
import { valuesModal } from '../../../src/slack/cards/values.ts';
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

const field: fc.Arbitrary<Field> = fc
  .record({
    type: fc.constantFrom(...PARAMETER_TYPES),
    label: hostile,
    help: hostile,
    values: fc.array(hostile, { minLength: 1, maxLength: 5 }),
    initial: fc.oneof(hostile, fc.nat(), fc.boolean(), fc.constant(null)),
    least: fc.option(fc.integer(), { nil: null }),
    required: fc.boolean(),
  })
  .map(({ type, label, help, values, initial, least, required }) => ({
    name: 'p',
    spec: { type, label, help, ...(type === 'choice' && { values }) },
    required,
    initial,
    least,
    most: least,
  }));

test('every dialog for values is what Slack takes', () => {
  const nodes = fc.array(hostile, { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(field, { maxLength: 8 }), hostile, nodes, fc.boolean(), (fields, words, known, plainWhich) => {
      const playbook = { title: words, summary: words } as Form['loaded']['playbook'];
      const view = valuesModal({
        kind: 'form',
        loaded: { id: 'some', playbook } as Form['loaded'],
        target: TargetName.parse('prod'),
        node: plainWhich ? words.slice(0, 200) : null,
        nodes: known,
        fields: fields.map((one, at) => ({ ...one, name: `p${at}` })),
        instead: null,
        doubt: known[0] ?? null,
      });
      expect(lintView(view)).toEqual([]);
      expect(parsed(view).flatMap(mentions)).toEqual([]);
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
