import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hashEvent, verifyChain } from '../../../src/domain/audit-event.ts';
import type { Automatic } from '../../../src/domain/auto.ts';
import { type SlackUserId, TargetName } from '../../../src/domain/ids.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import type { KeySample } from '../../../src/domain/keys/key-sample.ts';
import type { KeyScan } from '../../../src/domain/keys/key-scan.ts';
import { digestOf } from '../../../src/domain/proposal.ts';
import type { Tx } from '../../../src/flow/ports.ts';
import { openStore } from '../../../src/io/store/open-store.ts';
import type { OpenStore } from '../../../src/io/store/store.ts';
import { freshStore, scratchFolder } from '../../support/databases.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { ALEX, SAM } from '../../support/proposal.ts';
import { fact, incident, message, proposal, run, signal, step } from '../../support/rows.ts';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});

const DATABASES: Record<string, () => Promise<OpenStore>> = {
  PGlite: freshStore,
  PostgreSQL: async () => openStore({ databaseUrl: await postgres.database(), folder: await scratchFolder() }),
};

const TABLES =
  'signal, incident, proposal, vote, run, run_step, automatic, audit_event, setting, message, key_scan'.replace(
    /\w+/g,
    'medic.$&',
  );

describe.each(Object.entries(DATABASES))('the store on %s', (_name, open) => {
  let store: OpenStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(async () => {
    await store.close();
  });
  beforeEach(async () => {
    await command(
      'set session_replication_role = replica',
      `truncate ${TABLES}`,
      'set session_replication_role = default',
    );
  });

  /** As somebody with the database's password would. */
  async function command(...texts: string[]): Promise<void> {
    const client = await store.database.pool.connect();
    try {
      for (const text of texts) await client.query(text, []);
    } finally {
      client.release();
    }
  }

  function withTx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return store.transaction(work);
  }

  /** An incident with a proposal, both of this number. */
  async function proposed(number: number, different: Parameters<typeof proposal>[1] = {}): Promise<void> {
    await withTx(async (tx) => {
      await tx.addIncident(incident(number));
      await tx.addProposal(proposal(number, different));
    });
  }

  describe('transactions', () => {
    test('what is thrown undoes all of it', async () => {
      const broken = withTx(async (tx) => {
        await tx.addIncident(incident(1));
        await tx.audit(fact());
        throw new Error('broken');
      });
      await expect(broken).rejects.toThrow('broken');
      expect(await withTx((tx) => tx.incident(incident(1).id))).toBeUndefined();
      expect(await withTx((tx) => tx.auditEvents({ after: 0, limit: 9 }))).toEqual([]);
    });

    test('an error of the database that was caught does not commit half of it', async () => {
      const work = withTx(async (tx) => {
        await tx.addIncident(incident(1));
        await tx.addProposal(proposal(7)).catch(() => undefined);
      });
      await expect(work).rejects.toThrow('rolled back');
      expect(await withTx((tx) => tx.incident(incident(1).id))).toBeUndefined();
    });

    test('one inside another is a mistake, not a deadlock', async () => {
      await expect(withTx(() => withTx(async () => 1))).rejects.toThrow('inside');
    });

    test('two that read, think and write do not lose a change', async () => {
      await withTx((tx) => tx.addIncident(incident(1, { openedBy: '' })));
      const append = (letter: string) =>
        withTx(async (tx) => {
          const row = await tx.incident(incident(1).id, { lock: true });
          await sleep(20);
          if (row) await tx.saveIncident({ ...row, openedBy: row.openedBy + letter });
        });
      await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(append));
      const row = await withTx((tx) => tx.incident(incident(1).id));
      expect(row?.openedBy.split('').sort().join('')).toBe('abcdef');
    });
  });

  describe('signals', () => {
    test('one that is delivered twice is stored once', async () => {
      expect(await withTx((tx) => tx.addSignal(signal(), null, null, 1))).toBe(true);
      expect(await withTx((tx) => tx.addSignal(signal(), null, null, 2))).toBe(false);
      expect(await withTx((tx) => tx.addSignal(signal({ status: 'resolved' }), null, null, 3))).toBe(true);
      expect(await withTx((tx) => tx.addSignal(signal({ startsAt: 5 }), null, null, 4))).toBe(true);
    });

    test('an incident shows the newest of each fingerprint', async () => {
      const { id } = incident(1);
      const rows = [signal(), signal({ fingerprint: 'f2' }), signal({ status: 'resolved' })];
      for (const row of rows) await withTx((tx) => tx.addSignal(row, null, id, 1));
      await withTx((tx) => tx.addSignal(signal({ fingerprint: 'f3' }), null, null, 1));
      expect(await withTx((tx) => tx.signalsOf(id))).toEqual([rows[2], rows[1]]);
    });

    test('a resolve finds the open incident that its alert opened, until it is stored', async () => {
      await withTx(async (tx) => {
        await tx.addIncident(incident(1));
        await tx.addIncident(incident(2, { state: 'resolved' }));
        for (const number of [1, 2]) {
          await tx.addSignal(signal({ startsAt: number }), null, incident(number).id, 1);
        }
      });
      const firing = () => withTx((tx) => tx.incidentsFiring('alertmanager', 'f1'));
      expect(await firing()).toEqual([incident(1)]);
      expect(await withTx((tx) => tx.incidentsFiring('alertmanager', 'f2'))).toEqual([]);
      await withTx((tx) => tx.addSignal(signal({ startsAt: 1, status: 'resolved' }), null, incident(1).id, 2));
      expect(await firing()).toEqual([]);
      await withTx((tx) => tx.addSignal(signal({ startsAt: 9 }), null, incident(1).id, 3));
      expect(await firing()).toEqual([incident(1)]);
    });

    test('NUL and half surrogate pairs, which PostgreSQL cannot keep, do not lose an alert', async () => {
      const odd = signal({
        fingerprint: 'a\0b',
        summary: '\ud800 \0',
        labels: { 'k\0': 'v\0\udc00', __proto__x: '\\u0000' },
      });
      expect(await withTx((tx) => tx.addSignal(odd, null, incident(1).id, 1))).toBe(true);
      const [back] = await withTx((tx) => tx.signalsOf(incident(1).id));
      expect(back).toEqual({ ...odd, fingerprint: 'ab', summary: '\ufffd ' });
      await expect(withTx((tx) => tx.incidentsFiring('alertmanager', 'a\0b'))).resolves.toEqual([]);
    });
  });

  describe('incidents', () => {
    test('come back as they were stored and saved', async () => {
      const row = incident(1, { requestedBy: ALEX });
      const report = {
        target: 'target-1',
        verdict: 'healthy' as const,
        takenAt: 1,
        tookMs: 2,
        nodes: [],
        findings: [],
        unassessed: [],
      };
      await withTx((tx) => tx.addIncident(row));
      const changed = { ...row, state: 'resolved' as const, resolvedAt: 9, resolution: 'well', report, trouble: 't' };
      await withTx((tx) => tx.saveIncident(changed));
      expect(await withTx((tx) => tx.incident(row.id))).toEqual(changed);
      expect(await withTx((tx) => tx.incident(row.id, { lock: true }))).toEqual(changed);
      expect(await withTx((tx) => tx.incident(incident(2).id))).toBeUndefined();
    });

    test('a target has one open incident', async () => {
      const { target } = incident(1);
      expect(await withTx((tx) => tx.addIncident(incident(1)))).toBe(true);
      expect(await withTx((tx) => tx.addIncident(incident(2, { target })))).toBe(false);
      expect(await withTx((tx) => tx.openIncidentOf(target))).toEqual(incident(1));
      await withTx((tx) => tx.saveIncident(incident(1, { state: 'resolved' })));
      expect(await withTx((tx) => tx.openIncidentOf(target, { lock: true }))).toBeUndefined();
      expect(await withTx((tx) => tx.addIncident(incident(2, { target })))).toBe(true);
    });

    test('are listed open first, then newest first', async () => {
      for (const number of [1, 2, 3, 4]) {
        await withTx((tx) => tx.addIncident(incident(number, { state: number % 2 ? 'open' : 'resolved' })));
      }
      const listed = async (options: Parameters<Tx['incidents']>[0]) =>
        (await withTx((tx) => tx.incidents(options))).map(({ id }) => Number(id.slice(4)));
      expect(await listed({ limit: 9 })).toEqual([3, 1, 4, 2]);
      expect(await listed({ limit: 1 })).toEqual([3]);
      expect(await listed({ state: 'resolved', limit: 9 })).toEqual([4, 2]);
    });
  });

  describe('proposals', () => {
    test('come back with the digest that they were stored with', async () => {
      const hostile = proposal(1, { summary: 'NUL \0, quote ", half a pair \ud800, and 1e21', requestedBy: null });
      await withTx((tx) => tx.addIncident(incident(1)));
      await withTx((tx) => tx.addProposal(hostile));
      const back = await withTx((tx) => tx.proposal(hostile.id));
      expect(back).toEqual(hostile);
      expect(back && digestOf(back)).toBe(hostile.digest);
      expect(await withTx((tx) => tx.proposalsOf(incident(1).id))).toEqual([hostile]);
    });

    test('what was proposed cannot be changed, even by hand', async () => {
      await proposed(1);
      await withTx((tx) =>
        tx.saveProposal({ ...proposal(1), title: 'other', state: 'denied', reason: 'no', decidedAt: 5 }),
      );
      const want = { ...proposal(1), state: 'denied', reason: 'no', decidedAt: 5 };
      expect(await withTx((tx) => tx.proposal(proposal(1).id))).toEqual(want);
      const changes = [`body = replace(body::text, '200', '900')::json`, `digest = 'x'`, 'expires_at = expires_at + 1'];
      for (const change of changes) {
        await expect(command(`update medic.proposal set ${change}`)).rejects.toThrow('cannot be changed');
      }
      await expect(command(`update medic.proposal set state = 'open'`)).rejects.toThrow('cannot be taken back');
    });

    test('those whose approval clock ran out are overdue, and only while they are open', async () => {
      for (const [number, expiresAt] of [2000, 2001, 1999].entries()) await proposed(number + 1, { expiresAt });
      await withTx((tx) => tx.saveProposal(proposal(3, { state: 'approved' })));
      const overdue = await withTx((tx) => tx.overdueProposals(2000));
      expect(overdue.map(({ id }) => id)).toEqual([proposal(1).id]);
    });

    test('a person votes once', async () => {
      await proposed(1);
      const vote = { proposal: proposal(1).id, by: ALEX, verdict: 'approve', reason: null, at: 1 } as const;
      expect(await withTx((tx) => tx.addVote(vote))).toBe(true);
      expect(await withTx((tx) => tx.addVote({ ...vote, verdict: 'deny', at: 2 }))).toBe(false);
      expect(await withTx((tx) => tx.addVote({ ...vote, by: SAM, at: 3 }))).toBe(true);
      expect(await withTx((tx) => tx.votesOf(proposal(1).id))).toEqual([vote, { ...vote, by: SAM, at: 3 }]);
      await expect(command(`update medic.vote set verdict = 'deny'`)).rejects.toThrow('only ever added');
    });

    test('of two people deciding at once, one wins', async () => {
      await proposed(1);
      const decide = (by: SlackUserId, state: 'approved' | 'denied') =>
        withTx(async (tx) => {
          const row = await tx.proposal(proposal(1).id, { lock: true });
          await sleep(20);
          if (row?.state !== 'open') return false;
          await tx.addVote({
            proposal: row.id,
            by,
            verdict: state === 'denied' ? 'deny' : 'approve',
            reason: null,
            at: 1,
          });
          await tx.saveProposal({ ...row, state, decidedAt: 1 });
          return true;
        });
      const won = await Promise.all([decide(ALEX, 'approved'), decide(SAM, 'denied'), decide(ALEX, 'approved')]);
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await withTx((tx) => tx.votesOf(proposal(1).id))).toHaveLength(1);
    });
  });

  describe('runs', () => {
    test('come back with their steps', async () => {
      await proposed(1);
      const wait = step(1, 1, { step: 1, command: null, label: 'wait' });
      expect(await withTx((tx) => tx.addRun(run(1), [step(1, 0), wait]))).toBe(true);
      expect(await withTx((tx) => tx.run(run(1).id, { lock: true }))).toEqual(run(1));
      expect(await withTx((tx) => tx.runOf(proposal(1).id))).toEqual(run(1));
      expect(await withTx((tx) => tx.stepsOf(run(1).id))).toEqual([step(1, 0), wait]);
      const done = step(1, 0, { state: 'done', reply: 'OK\0', startedAt: 1, endedAt: 2 });
      await withTx((tx) => tx.saveStep(done));
      expect(await withTx((tx) => tx.stepsOf(run(1).id))).toEqual([{ ...done, reply: 'OK' }, wait]);
    });

    test('a second active run of one group is refused by the database', async () => {
      for (const number of [1, 2, 3]) await proposed(number);
      const group = 'group-1';
      expect(await withTx((tx) => tx.addRun(run(1), [step(1, 0)]))).toBe(true);
      for (const state of ['queued', 'running', 'verifying'] as const) {
        await withTx((tx) => tx.saveRun(run(1, { state })));
        expect(await withTx((tx) => tx.addRun(run(2, { group }), [step(2, 0)]))).toBe(false);
        expect(await withTx((tx) => tx.activeRunOf(group))).toEqual(run(1, { state }));
      }
      expect(await withTx((tx) => tx.addRun(run(3), [step(3, 0)]))).toBe(true);
      await withTx((tx) => tx.saveRun(run(1, { state: 'finished', verdict: 'verified' })));
      expect(await withTx((tx) => tx.activeRunOf(group))).toBeUndefined();
      expect(await withTx((tx) => tx.addRun(run(2, { group }), [step(2, 0)]))).toBe(true);
    });

    test('a run that sends nothing holds no group, and any number of them may be active', async () => {
      for (const number of [1, 2, 3]) await proposed(number);
      const asks = (number: number) => run(number, { group: null, state: 'running' });
      expect(await withTx((tx) => tx.addRun(asks(1), [step(1, 0, { kind: 'manual', command: null })]))).toBe(true);
      expect(await withTx((tx) => tx.addRun(asks(2), []))).toBe(true);
      expect(await withTx((tx) => tx.activeRunOf('group-1'))).toBeUndefined();
      expect(await withTx((tx) => tx.addRun(run(3, { group: 'group-1' }), []))).toBe(true);
      expect(await withTx((tx) => tx.run(run(1).id))).toEqual(asks(1));
    });

    test('a proposal is run once', async () => {
      await proposed(1);
      expect(await withTx((tx) => tx.addRun(run(1, { state: 'failed' }), []))).toBe(true);
      const again = run(2, { proposal: proposal(1).id, incident: incident(1).id });
      expect(await withTx((tx) => tx.addRun(again, []))).toBe(false);
    });

    test('a worker with an older fence may not write', async () => {
      await proposed(1);
      await withTx((tx) => tx.addRun(run(1), []));
      await withTx((tx) => tx.saveRun(run(1, { state: 'running', fence: 2, leaseUntil: 99 })));
      await expect(withTx((tx) => tx.saveRun(run(1, { state: 'finished', fence: 1 })))).rejects.toThrow('later worker');
      expect(await withTx((tx) => tx.run(run(1).id))).toEqual(run(1, { state: 'running', fence: 2, leaseUntil: 99 }));
    });

    test('are listed newest first, by state and incident', async () => {
      for (const number of [1, 2, 3]) {
        await proposed(number);
        await withTx((tx) => tx.addRun(run(number, number === 2 ? { state: 'failed' } : {}), []));
      }
      const listed = async (options: Parameters<Tx['runs']>[0]) =>
        (await withTx((tx) => tx.runs(options))).map(({ id }) => Number(id.slice(4)));
      expect(await listed({ limit: 9 })).toEqual([3, 2, 1]);
      expect(await listed({ states: ['queued', 'running'], limit: 9 })).toEqual([3, 1]);
      expect(await listed({ incident: incident(2).id, limit: 9 })).toEqual([2]);
      expect(await listed({ states: [], limit: 9 })).toEqual([]);
    });

    test('those to remind of have ended lately, have a reminder, and were not taken back', async () => {
      const steps = proposal(1).steps.map((one) => ({ ...one, remind: { afterSeconds: 60, text: 'Undo it.' } }));
      await proposed(1, { steps });
      await proposed(2);
      await proposed(3, { steps });
      const undo = { incident: incident(1).id, undoes: run(1).id };
      await withTx((tx) => tx.addProposal(proposal(4, undo)));
      const ended = { state: 'finished', endedAt: 100 } as const;
      await withTx((tx) => tx.addRun(run(1, ended), []));
      await withTx((tx) => tx.addRun(run(2, ended), []));
      await withTx((tx) => tx.addRun(run(3), []));
      const due = async (since: number) => (await withTx((tx) => tx.runsToRemindOf(since))).map(({ id }) => id);
      expect(await due(100)).toEqual([run(1).id]);
      expect(await due(101)).toEqual([]);
      await withTx((tx) => tx.addRun(run(4, { ...ended, incident: incident(1).id, verdict: 'not-verified' }), []));
      expect(await due(100)).toEqual([run(1).id]);
      await withTx((tx) => tx.saveRun(run(4, { ...ended, incident: incident(1).id, verdict: 'verified' })));
      expect(await due(100)).toEqual([]);
    });
  });

  describe('the audit chain', () => {
    test('rows are numbered without a gap and chained, also when many are appended at once', async () => {
      const append = (number: number) =>
        withTx(async (tx) => {
          await tx.audit(fact({ facts: { number } }));
          await tx.audit(fact({ facts: { number, odd: 'NUL \0 and \ud800' }, actor: 'U\0' }));
          if (number % 3 === 0) throw new Error('undone');
        }).catch(() => undefined);
      await Promise.all(Array.from({ length: 12 }, (_, number) => append(number)));
      const events = await withTx((tx) => tx.auditEvents({ after: 0, limit: 99 }));
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 16 }, (_, at) => at + 1));
      expect(verifyChain(events, [])).toMatchObject({ kind: 'intact', rows: 16 });
    });

    test('gives back the row as it is stored', async () => {
      const event = await withTx((tx) => tx.audit(fact({ kind: 'paused', facts: { b: [1, null], a: { c: 'x' } } })));
      expect(event).toMatchObject({ seq: 1, previous: '0'.repeat(64), hash: hashEvent(event, 1, event.previous) });
      expect(await withTx((tx) => tx.auditEvents({ after: 0, limit: 1 }))).toEqual([event]);
    });

    test('is read a page at a time, or for one incident', async () => {
      for (const number of [1, 2, 1, 2, 1]) await withTx((tx) => tx.audit(fact({ incident: incident(number).id })));
      const read = async (options: Parameters<Tx['auditEvents']>[0]) =>
        (await withTx((tx) => tx.auditEvents(options))).map(({ seq }) => seq);
      expect(await read({ after: 2, limit: 2 })).toEqual([3, 4]);
      expect(await read({ after: 1, limit: 9, incident: incident(1).id })).toEqual([3, 5]);
    });

    test.each([
      'update medic.audit_event set actor = null',
      'delete from medic.audit_event',
      'truncate medic.audit_event',
    ])('an audit row cannot be edited: %s', async (text) => {
      await withTx((tx) => tx.audit(fact()));
      await expect(command(text)).rejects.toThrow('is refused: rows are only ever added');
    });
  });

  describe('scans of keys', () => {
    test('come back as they were saved; the last one that ended is found by its target', async () => {
      const target = TargetName.parse('prod');
      const scan = (of: Incident, state: KeyScan['state'], startedAt: number): KeyScan => ({
        incident: of.id,
        target,
        requestedBy: ALEX,
        state,
        startedAt,
        cancelRequested: false,
        progress: { '10.0.0.1:6379': { place: { runId: 'r', db: 3, cursor: '17' }, sample: { seen: 5 } as KeySample } },
        trouble: null,
      });
      const [one, two] = [incident(1), incident(2)];
      await store.transaction(async (tx) => {
        for (const each of [one, two]) await tx.addIncident(each);
        await tx.saveKeyScan(scan(one, 'running', 1));
        await tx.saveKeyScan(scan(one, 'ended', 1));
        await tx.saveKeyScan(scan(two, 'running', 2));
        expect(await tx.keyScan(one.id)).toEqual(scan(one, 'ended', 1));
        expect(await tx.runningKeyScans()).toEqual([scan(two, 'running', 2)]);
        expect(await tx.lastKeyScan(target, two.id)).toEqual(scan(one, 'ended', 1));
        expect(await tx.lastKeyScan(target, one.id)).toBeUndefined();
      });
    });
  });

  describe('what runs by itself', () => {
    const automatic = (number: number, different: Partial<Automatic> = {}): Automatic => ({
      proposal: proposal(number).id,
      target: TargetName.parse('prod'),
      playbook: 'raise-maxmemory',
      node: '10.0.0.1:6379',
      state: 'announced',
      dueAt: 10 * number,
      ranAt: null,
      because: null,
      ...different,
    });

    test('what was announced is due in time, and what ran is found by its target', async () => {
      const ran = automatic(1, { state: 'ran', ranAt: 50 });
      await store.transaction(async (tx) => {
        for (const number of [1, 2, 3]) {
          await tx.addIncident(incident(number));
          await tx.addProposal(proposal(number));
          await tx.saveAutomatic(automatic(number));
        }
        await tx.saveAutomatic(ran);
        expect(await tx.automaticOf(ran.proposal)).toEqual(ran);
        expect(await tx.dueAutomatic(19)).toEqual([]);
        expect(await tx.dueAutomatic(30)).toEqual([automatic(2), automatic(3)]);
        expect(await tx.ranAutomatically(ran.target, 49)).toEqual([ran]);
        expect(await tx.ranAutomatically(ran.target, 50)).toEqual([]);
      });
    });

    test('its own switch leaves the kill switch alone', async () => {
      const pause = { by: 'redis-medic', at: 5, reason: 'a crash' };
      await withTx((tx) => tx.setAutoPaused(pause));
      expect(await withTx((tx) => tx.autoPaused())).toEqual(pause);
      expect(await withTx((tx) => tx.paused())).toBeNull();
    });
  });

  describe('the kill switch', () => {
    test('is off, on and off again', async () => {
      expect(await withTx((tx) => tx.paused())).toBeNull();
      const pause = { by: 'UALEX', at: 5, reason: 'maintenance' };
      await withTx((tx) => tx.setPaused(pause));
      expect(await withTx((tx) => tx.paused())).toEqual(pause);
      await withTx((tx) => tx.setPaused(null));
      expect(await withTx((tx) => tx.paused())).toBeNull();
    });
  });

  describe('the outbox', () => {
    const want = (key: string, different: Parameters<typeof message>[1] = {}) =>
      withTx((tx) => tx.want(message(key, different)));
    const next = (now: number) => withTx((tx) => tx.nextMessage(now));
    const said = (key: string, ts: string, sentRev: number) =>
      withTx((tx) => tx.settleMessage(key, { ts, sentRev, state: 'idle', nextAt: 0, attempts: 0 }));

    test('a message is claimed once, sent, and left alone until it should say something else', async () => {
      await want('root');
      const claimed = await next(100);
      expect(claimed).toEqual({
        ...message('root'),
        desiredRev: 1,
        sentRev: 0,
        ts: null,
        state: 'sending',
        attempts: 1,
        nextAt: 0,
        attemptedAt: 100,
      });
      expect(await next(100)).toBeUndefined();
      await said('root', '1.1', 1);
      expect(await next(200)).toBeUndefined();
      await want('root');
      expect(await next(200)).toBeUndefined();
      await want('root', { text: 'new' });
      expect(await next(200)).toMatchObject({ text: 'new', ts: '1.1', desiredRev: 2, sentRev: 1, attempts: 1 });
    });

    test('two senders never hold one message', async () => {
      for (let number = 0; number < 8; number += 1) await want(`m${number}`);
      const held = await Promise.all(Array.from({ length: 12 }, () => next(1)));
      const keys = held.flatMap((one) => (one ? [one.key] : []));
      expect(keys.sort()).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7']);
    });

    test('urgent ones go first, then roots, then what has waited longest', async () => {
      await want('root');
      await next(1);
      await said('root', '1.1', 1);
      await want('reply-1', { threadKey: 'root' });
      await want('reply-2', { threadKey: 'root' });
      await want('other-root');
      await want('card', { threadKey: 'root', urgent: true });
      await want('reply-1', { threadKey: 'root', text: 'newer' });
      const order: (string | undefined)[] = [];
      for (let count = 0; count < 5; count += 1) order.push((await next(1))?.key);
      expect(order).toEqual(['card', 'other-root', 'reply-2', 'reply-1', undefined]);
    });

    test('a reply waits until its root is in Slack', async () => {
      await want('root');
      await want('reply', { threadKey: 'root', urgent: true });
      expect((await next(1))?.key).toBe('root');
      expect(await next(1)).toBeUndefined();
      await said('root', '1.1', 1);
      expect((await next(1))?.key).toBe('reply');
    });

    test('an attempt that was never settled comes back after 15 s, with the count of attempts', async () => {
      await want('root');
      await next(1000);
      expect(await next(16_000)).toBeUndefined();
      expect(await next(16_001)).toMatchObject({ key: 'root', attempts: 2, attemptedAt: 16_001 });
    });

    test('after a failure it waits as long as it was told, also when its content changes', async () => {
      await want('root', { urgent: true });
      await next(1);
      await withTx((tx) => tx.settleMessage('root', { state: 'idle', nextAt: 500, attempts: 1 }));
      await want('root', { urgent: true, text: 'newer' });
      expect(await next(499)).toBeUndefined();
      expect(await next(500)).toMatchObject({ key: 'root', text: 'newer', attempts: 2, ts: null });
    });

    test('what is urgent does not wait out the pause between two updates, also when it comes up during one', async () => {
      await want('progress');
      await next(1);
      await withTx((tx) =>
        tx.settleMessage('progress', { ts: '1', sentRev: 1, state: 'idle', nextAt: 2000, attempts: 0 }),
      );
      await want('progress', { text: 'half' });
      expect(await next(10)).toBeUndefined();
      await want('progress', { text: 'done', urgent: true });
      expect(await next(10)).toMatchObject({ text: 'done', desiredRev: 3 });
      await want('progress', { text: 'undone', urgent: true });
      await withTx((tx) =>
        tx.settleMessage('progress', { ts: '1', sentRev: 3, state: 'idle', nextAt: 9000, attempts: 0 }),
      );
      expect(await next(11)).toMatchObject({ text: 'undone', desiredRev: 4, sentRev: 3 });
    });

    test('one that Slack refused rests until it says something else', async () => {
      await want('root');
      await next(1);
      await withTx((tx) => tx.settleMessage('root', { state: 'failed', nextAt: 9000, attempts: 3 }));
      expect(await next(99_999)).toBeUndefined();
      await want('root', { text: 'shorter' });
      expect(await next(2)).toMatchObject({ text: 'shorter', attempts: 1 });
    });

    test('is shown by key', async () => {
      await want('root', { blocks: [{ type: 'section', text: 'NUL \0' }] });
      const row = await withTx((tx) => tx.message('root'));
      expect(row).toMatchObject({
        key: 'root',
        blocks: [{ type: 'section', text: 'NUL \0' }],
        state: 'idle',
        attempts: 0,
      });
      expect(await withTx((tx) => tx.message('none'))).toBeUndefined();
    });
  });
});
