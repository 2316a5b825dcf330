import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditExport, auditList, auditVerify } from '../../src/cli/audit.ts';
import { type AuditEvent, type AuditFact, GENESIS, hashEvent } from '../../src/domain/audit-event.ts';
import { IncidentId } from '../../src/domain/ids.ts';
import type { Store } from '../../src/flow/ports.ts';
import { freshStore } from '../support/databases.ts';

const ONE = IncidentId.parse('inc_0000000001');
const FACT: AuditFact = {
  kind: 'sent',
  at: Date.parse('2026-11-23T05:40:12Z'),
  actor: 'U024BE7LH',
  target: 'prod-cache',
  incident: ONE,
  proposal: null,
  run: null,
  facts: { command: 'CONFIG SET maxmemory 1', reply: 'OK\n\u001b[31mred' },
};

let store: Awaited<ReturnType<typeof freshStore>>;
const recorded: AuditEvent[] = [];

beforeAll(async () => {
  store = await freshStore();
  await store.transaction(async (tx) => {
    for (let count = 0; count < 3; count += 1) recorded.push(await tx.audit(FACT));
    recorded.push(await tx.audit({ ...FACT, kind: 'paused', target: null, incident: null, facts: {} }));
  });
});

afterAll(() => store.close());

async function run(command: (output: { out: (text: string) => void; err: (text: string) => void }) => Promise<number>) {
  const said = { out: '', err: '' };
  const status = await command({
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return { status, ...said, lines: said.out.split('\n').slice(0, -1) };
}

test('list shows the newest events, each on one line, whatever the servers said', async () => {
  const { status, lines } = await run((output) => auditList(store, { json: false, limit: 2 }, output));
  expect(status).toBe(0);
  expect(lines).toEqual([
    '3  2026-11-23T05:40:12Z  sent          U024BE7LH  prod-cache  command=CONFIG SET maxmemory 1  reply=OK [31mred',
    '4  2026-11-23T05:40:12Z  paused        U024BE7LH  -',
  ]);
});

test('list as JSON, of one incident', async () => {
  const { lines } = await run((output) => auditList(store, { json: true, limit: 50, incident: ONE }, output));
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(recorded.slice(0, 3));
});

test('an empty trail says so', async () => {
  const other = IncidentId.parse('inc_0000000002');
  const { out, err } = await run((output) => auditList(store, { json: true, limit: 50, incident: other }, output));
  expect({ out, err }).toEqual({ out: '', err: 'Nothing is recorded yet.\n' });
});

test('export gives every event, oldest first', async () => {
  const { lines } = await run((output) => auditExport(store, {}, output));
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(recorded);
});

test('verify says that the chain is intact, with its end', async () => {
  const head = recorded.at(-1);
  const { status, out } = await run((output) => auditVerify(store, [{ seq: 4, hash: head?.hash ?? '' }], output));
  expect(status).toBe(0);
  expect(out).toBe(`The audit trail is intact: 4 events, up to ${head?.hash}, checked against 1 anchor.\n`);
});

test.each([
  [
    'an edited event',
    (events: AuditEvent[]) => events.with(1, { ...FACT, ...at(events, 1), actor: 'U0EVIL' }),
    2,
    'content',
  ],
  ['a deleted event', (events: AuditEvent[]) => events.toSpliced(1, 1), 2, 'missing'],
  ['a cut end', (events: AuditEvent[]) => events.slice(0, 2), 3, 'cut off'],
  ['a rewritten chain', (events: AuditEvent[]) => rewritten(events), 4, 'content'],
])('verify finds %s, says where, and ends with 2', async (_what, change, seq, why) => {
  const forged = storeOf(change(recorded));
  const anchors = [{ seq: 4, hash: recorded[3]?.hash ?? '' }];
  const { status, out, err } = await run((output) => auditVerify(forged, anchors, output));
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toMatch(new RegExp(`broken at event ${seq}: .*${why}`));
});

function at(events: AuditEvent[], index: number): AuditEvent {
  const event = events[index];
  if (!event) throw new Error(`no event ${index}`);
  return event;
}

/** Every hash is right, but it is another history. */
function rewritten(events: AuditEvent[]): AuditEvent[] {
  let previous = GENESIS;
  return events.map((event) => {
    const forged = {
      ...event,
      actor: 'U0EVIL',
      previous,
      hash: hashEvent({ ...event, actor: 'U0EVIL' }, event.seq, previous),
    };
    previous = forged.hash;
    return forged;
  });
}

/** A store that answers with these events, as a database would that somebody changed by hand. */
function storeOf(events: AuditEvent[]): Store {
  return {
    ...store,
    transaction: (work) =>
      store.transaction((tx) =>
        work({
          ...tx,
          auditEvents: async ({ after, limit }) => events.filter(({ seq }) => seq > after).slice(0, limit),
        }),
      ),
  };
}
