import { describe, expect, test } from 'vitest';
import type { RedisServer } from '../../demo/redis-server.ts';
import { verifyChain } from '../../src/domain/audit-event.ts';
import { nodeName } from '../../src/domain/target.ts';
import { readAnchors } from '../../src/io/store/anchors.ts';
import { openStore } from '../../src/io/store/open-store.ts';
import { lastingGroup } from '../chaos/chaos-case.ts';
import { SLOT_TAG, takingWrites, watchForSplit } from '../chaos/split-watch.ts';
import { openLab } from '../lab/lab.ts';
import { startWriter } from '../support/acknowledged-writer.ts';
import { answer } from '../support/answer.ts';
import { scratchDatabase } from '../support/databases.ts';
import { ENGINES } from '../support/engines.ts';
import { crashWorker } from '../support/run-crash-worker.ts';

interface Story {
  playbook: string;
  /** The primary is dead before it begins. */
  dead: boolean;
  /** What it sends, how it ends and how often it was sent then. */
  sends: 'failover' | 'replicaof';
  ends: RegExp;
  boundary: string;
}

/** FAILOVER takes effect later, so one that may have been sent is waited for and never sent again. */
const DONE_OR_NOT = /^(finished verified, 1|failed null, 0) sent:/;
const DONE = /^finished verified, 2 sent:/;

const HANDOVER = { playbook: 'coordinated-failover', dead: false, sends: 'failover', ends: DONE_OR_NOT } as const;
const PROMOTION = { playbook: 'promote-replica', dead: true, sends: 'replicaof', ends: DONE } as const;
const BOUNDARIES = ['sending', 'sent'];
/** Claimed, written ahead, answered, its effect there, verified. */
const MORE = Array.from({ length: 12 }, (_none, at) => `committed:${at + 1}`);

/** A group whose roles are changed by a process that is killed, and then by the next one. */
async function tell({ playbook, dead, sends, boundary }: Story) {
  const [binary] = ENGINES;
  if (!binary) throw new Error('no server program');
  const lab = openLab(binary);
  try {
    const group = (await lastingGroup(lab, dead ? 2 : 1)).map(({ server }) => server);
    const [primary, ...replicas] = group;
    const alive = dead ? replicas : group;
    if (dead) {
      primary?.kill('SIGKILL');
      for (const replica of replicas) await lab.until(replica, 'master_link_status', 'down');
    }
    const [about] = alive;
    if (!about) throw new Error('no server');
    const folder = await scratchDatabase();
    const seeds = alive.map(({ port }) => port).join(',');
    const writer = startWriter(alive, { prefix: `${SLOT_TAG}acknowledged` });
    const watch = watchForSplit(alive, false);
    const first = await crashWorker(folder, seeds, boundary, playbook, nodeName(about));
    const second = await crashWorker(folder, seeds, '0', 'recover');
    await writer.more(10, 30_000);
    await writer.stop();
    const [split, lost] = [await watch.stop(), await writer.lost()];
    const store = await openStore({ folder });
    const { runs, steps, events } = await store.transaction(async (tx) => {
      const runs = await tx.runs({ limit: 10 });
      const steps = await Promise.all(runs.map(({ id }) => tx.stepsOf(id)));
      return { runs, steps: steps.flat(), events: await tx.auditEvents({ after: 0, limit: 1000 }) };
    });
    await store.close();
    const [run] = runs;
    return {
      killed: first.signal === 'SIGKILL',
      state: `${run?.state} ${run?.verdict}`,
      open: steps.filter(({ state }) => ['pending', 'started', 'waiting'].includes(state)).map(({ label }) => label),
      sent: (await Promise.all(alive.map((server) => callsOf(server, sends)))).reduce((sum, calls) => sum + calls, 0),
      takers: (await takingWrites(alive)).length,
      split,
      lost,
      intact: verifyChain(events, await readAnchors(folder)).kind === 'intact',
      told: `${run?.note}\n${first.output}${second.output}`,
    };
  } finally {
    await lab.close();
  }
}

async function callsOf(server: RedisServer, command: string): Promise<number> {
  const stats = await answer(server, 'INFO', 'commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

describe('a process killed with SIGKILL while roles change: the next one ends it, with one primary and every write', () => {
  const stories = [HANDOVER, PROMOTION].flatMap((one) =>
    (process.env.CHAOS === 'all' ? [...BOUNDARIES, ...MORE] : BOUNDARIES).map((boundary) => ({ ...one, boundary })),
  );

  test.concurrent.each(stories)('$playbook, killed at $boundary', { timeout: 180_000 }, async (story) => {
    const told = await tell(story);
    expect(told).toMatchObject({ killed: true, open: [], takers: 1, split: [], lost: [], intact: true });
    expect(`${told.state}, ${told.sent} sent: ${told.told}`).toMatch(story.ends);
  });
});
