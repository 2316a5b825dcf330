import type { RunId } from '../domain/ids.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { Run, RunStep } from '../domain/run.ts';
import type { Ports } from './ports.ts';
import { aboutRun, record } from './record.ts';
import { weighEntries } from './undo/propose-undo.ts';

/** After this a reminder that nobody acted on is background noise, in ms. */
const GIVEN_UP_MS = 14 * 24 * 3600_000;

/**
 * Tells in its thread that what a run did should not stay, for as long as the servers still show it. Each time it waits
 * twice as long as before. Called every minute.
 */
export async function remind(ports: Ports): Promise<void> {
  const since = ports.clock.now() - GIVEN_UP_MS;
  for (const run of await ports.store.transaction((tx) => tx.runsToRemindOf(since))) {
    try {
      await remindOf(ports, run);
    } catch (error) {
      ports.log.error({ run: run.id, err: error }, 'a reminder failed');
    }
  }
}

async function remindOf(ports: Ports, run: Run): Promise<void> {
  const target = ports.targets.get(run.target);
  const facts = await ports.store.transaction(async (tx) => {
    const proposal = await tx.proposal(run.proposal);
    return proposal && { run, proposal, rows: await tx.stepsOf(run.id) };
  });
  if (!target || !facts || dueSteps(facts, ports.clock.now()).length === 0) return;
  const weighed = await weighEntries(ports, target, facts);
  const standing = new Set(weighed.filter(({ objection }) => !objection).map(({ entry }) => entry.at));
  await ports.store.transaction(async (tx) => {
    await tx.run(run.id, { lock: true });
    const rows = await tx.stepsOf(run.id);
    const now = ports.clock.now();
    const due = dueSteps({ ...facts, rows }, now).filter(({ at }) => standing.has(at));
    const added = due.map(({ at, text }, index) => rowOf(run.id, rows.length + index, at, text, now));
    if (added.length === 0) return;
    await tx.addSteps(added);
    for (const { label } of added) await record(tx, ports.clock, 'notified', aboutRun(run), undefined, { text: label });
    await ports.face.show(tx, run.incident);
  });
  ports.face.wake();
}

/** The steps whose time for a reminder, or for another one, has come. */
function dueSteps(
  { run, proposal, rows }: { run: Run; proposal: Proposal; rows: readonly RunStep[] },
  now: number,
): { at: number; text: string }[] {
  return proposal.steps.flatMap((step, at) => {
    if (step.kind !== 'action' || !step.remind || run.endedAt === null) return [];
    const told = rows.filter(({ kind, step: of }) => kind === 'reminder' && of === at);
    const last = told.at(-1)?.endedAt ?? run.endedAt;
    const { afterSeconds, text } = step.remind;
    return now - last >= afterSeconds * 1000 * 2 ** told.length ? [{ at, text }] : [];
  });
}

function rowOf(run: RunId, seq: number, step: number, label: string, now: number): RunStep {
  return {
    run,
    seq,
    step,
    kind: 'reminder',
    command: null,
    label,
    state: 'done',
    reply: null,
    startedAt: now,
    endedAt: now,
  };
}
