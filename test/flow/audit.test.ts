import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Anchor } from '../../src/domain/audit-event.ts';
import { exportAudit, verifyAudit } from '../../src/flow/audit.ts';
import type { OpenStore } from '../../src/io/store/store.ts';
import { freshStore } from '../support/databases.ts';
import { fact, incident } from '../support/rows.ts';

const ROWS = 1100;

let store: OpenStore;
let anchors: Anchor[];
beforeAll(async () => {
  store = await freshStore();
  anchors = await store.transaction(async (tx) => {
    const heads: Anchor[] = [];
    for (let number = 1; number <= ROWS; number += 1) {
      const about = number % 500 === 0 ? incident(1).id : null;
      const { seq, hash } = await tx.audit(fact({ incident: about, facts: { number } }));
      if (seq % 100 === 0) heads.push({ seq, hash });
    }
    return heads;
  });
  await tamper('create table untouched as table medic.audit_event');
});
afterAll(async () => {
  await store.close();
});

beforeEach(async () => {
  await tamper('truncate medic.audit_event', 'insert into medic.audit_event table untouched');
});

/** What the owner of the database can do and a user of it cannot: with the triggers off. */
async function tamper(...texts: string[]): Promise<void> {
  const client = await store.database.pool.connect();
  try {
    for (const text of ['set session_replication_role = replica', ...texts, 'set session_replication_role = default']) {
      await client.query(text, []);
    }
  } finally {
    client.release();
  }
}

test('an untouched chain is intact, over several pages', async () => {
  expect(await verifyAudit(store, anchors)).toMatchObject({ kind: 'intact', rows: ROWS, head: { seq: ROWS } });
});

describe('what was done behind the back of redis-medic is found:', () => {
  const column = 'set actor = $$U0$$ where seq = 700';
  test.each([
    { how: 'a value edited', sql: [`update medic.audit_event ${column}`], at: 700, because: 'edited' },
    {
      how: 'a fact edited',
      sql: [`update medic.audit_event set facts = '{"number": 9}' where seq = 700`],
      at: 700,
      because: 'edited',
    },
    { how: 'a row deleted', sql: ['delete from medic.audit_event where seq = 700'], at: 700, because: 'gap' },
    {
      how: 'a row deleted and those after it renumbered',
      sql: [
        'delete from medic.audit_event where seq = 700',
        'update medic.audit_event set seq = -seq where seq > 700',
        'update medic.audit_event set seq = -seq - 1 where seq < 0',
      ],
      at: 700,
      because: 'reordered',
    },
    {
      how: 'two rows swapped',
      sql: [
        'update medic.audit_event set seq = 99999 where seq = 700',
        'update medic.audit_event set seq = 700 where seq = 701',
        'update medic.audit_event set seq = 701 where seq = 99999',
      ],
      at: 700,
      because: 'reordered',
    },
    { how: 'the first rows deleted', sql: ['delete from medic.audit_event where seq < 3'], at: 1, because: 'gap' },
    {
      how: 'the tail cut off',
      sql: ['delete from medic.audit_event where seq > 1000'],
      at: 1001,
      because: 'truncated',
    },
    { how: 'everything deleted', sql: ['delete from medic.audit_event'], at: 1, because: 'truncated' },
  ])('$how', async ({ sql, at, because }) => {
    await tamper('alter table medic.audit_event drop constraint if exists audit_event_seq_check', ...sql);
    expect(await verifyAudit(store, anchors)).toEqual({ kind: 'broken', seq: at, because });
  });

  test('a tail cut off and written anew, with hashes that fit', async () => {
    await tamper('delete from medic.audit_event where seq > 650');
    await store.transaction(async (tx) => {
      for (let number = 651; number <= ROWS; number += 1) await tx.audit(fact({ facts: { number: -number } }));
    });
    expect(await verifyAudit(store, [])).toMatchObject({ kind: 'intact' });
    expect(await verifyAudit(store, anchors)).toEqual({ kind: 'broken', seq: 700, because: 'edited' });
  });
});

test('the export gives every row in order, or those of one incident', async () => {
  const seqs = async (rows: AsyncIterable<{ seq: number }>) => {
    const all: number[] = [];
    for await (const { seq } of rows) all.push(seq);
    return all;
  };
  expect(await seqs(exportAudit(store))).toEqual(Array.from({ length: ROWS }, (_, at) => at + 1));
  expect(await seqs(exportAudit(store, { incident: incident(1).id }))).toEqual([500, 1000]);
  expect(await seqs(exportAudit(store, { incident: incident(2).id }))).toEqual([]);
});
