import type { IncidentId, SlackUserId } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import type { KeyScan, ScanProgress } from '../../domain/keys/key-scan.ts';
import { readNodes, type Snapshot } from '../../domain/snapshot.ts';
import type { Target } from '../../domain/target.ts';
import { withAnswersFor } from '../answer-questions.ts';
import { diagnose } from '../diagnose.ts';
import { forgetRefused } from '../forget-refused.ts';
import { keepReport } from '../keep-report.ts';
import { openIncident } from '../open-incident.ts';
import { pastOf } from '../past.ts';
import type { Ports } from '../ports.ts';
import type { KeyOptions } from './sample-keys.ts';
import { KEY_BUDGET, type KeyBudget } from './scan-options.ts';

/** How often the thread is told how far it is, and what has been seen is stored. */
const SAVE_MS = 3000;

/** Asks for a scan of the keys in the target's thread; one that runs already stays. */
export async function openKeyScan(
  ports: Ports,
  { target, by }: { target: Target; by: SlackUserId },
): Promise<{ incident: Incident; isNew: boolean }> {
  const opened = await ports.store.transaction(async (tx) => {
    const incident = await openIncident(ports, tx, { target, openedBy: '/redis keys', requestedBy: by });
    const known = await tx.keyScan(incident.id, { lock: true });
    if (known?.state === 'running') return { incident, isNew: false };
    await tx.saveKeyScan({
      incident: incident.id,
      target: target.name,
      requestedBy: by,
      state: 'running',
      startedAt: ports.clock.now(),
      cancelRequested: false,
      progress: {},
      trouble: null,
    });
    await ports.face.show(tx, incident.id);
    return { incident, isNew: true };
  });
  await ports.queue.keys(opened.incident.id);
  ports.face.wake();
  return opened;
}

/** Anybody may end a scan: it only reads. */
export async function cancelKeyScan(ports: Ports, id: IncidentId): Promise<string | undefined> {
  return ports.store.transaction(async (tx) => {
    const scan = await tx.keyScan(id, { lock: true });
    if (scan?.state !== 'running') return 'This scan has ended already.';
    await tx.saveKeyScan({ ...scan, cancelRequested: true });
    await ports.face.show(tx, id);
    return undefined;
  });
}

/** Scans, or goes on with a scan whose process died; the thread gets what was seen and the diagnosis that it sharpens. */
export async function runKeyScan(ports: Ports, id: IncidentId, budget: KeyBudget = KEY_BUDGET): Promise<void> {
  const { scan, places } = await ports.store.transaction(async (tx) => {
    const found = await tx.keyScan(id);
    const last = found && (await tx.lastKeyScan(found.target, id));
    return { scan: found, places: last?.progress ?? {} };
  });
  const target = scan && ports.targets.get(scan.target);
  if (scan?.state !== 'running') return;
  if (!target) return end(ports, id, {}, `${scan.target} is not in medic.yml any more`);
  const enough = new AbortController();
  const progress = new Map(Object.entries(scan.progress));
  const saver = keepSaving(ports, id, progress, enough);
  try {
    const past = await pastOf(ports.store, target);
    const deep = { budget, ...goingOn(scan.progress, places), signal: enough.signal, progress: keepIn(progress) };
    const { snapshot, report } = await diagnose(ports, target, { seconds: ports.windowSeconds, past, deep });
    await forgetRefused(ports.store, target, report);
    await saver.stop();
    const diagnosis = { report, snapshot: await withAnswersFor(ports, snapshot, report.findings) };
    const unseen = progress.size === 0 ? whyNothing(snapshot) : null;
    await ports.store.transaction(async (tx) => {
      const current = await tx.incident(id, { lock: true });
      if (current?.state === 'open') await keepReport(ports, tx, current, diagnosis, current.requestedBy);
    });
    await end(ports, id, Object.fromEntries(progress), unseen);
  } catch (error) {
    await saver.stop();
    ports.log.error({ incident: id, err: error }, 'the scan of the keys failed');
    await end(ports, id, Object.fromEntries(progress), 'Something broke on our side; the log has the details.');
  }
}

/** After a crash it goes on with what it had seen; a new scan begins where the last one of the target ended. */
function goingOn(own: KeyScan['progress'], last: KeyScan['progress']): Pick<KeyOptions, 'from' | 'before'> {
  const resumed = Object.keys(own).length > 0;
  const from = Object.entries(resumed ? own : last).flatMap(([node, { place }]) =>
    place ? [[node, place] as const] : [],
  );
  const before = Object.entries(own).map(([node, { sample }]) => [node, sample] as const);
  return { from: new Map(from), ...(resumed && { before: new Map(before) }) };
}

function keepIn(progress: Map<string, ScanProgress>): NonNullable<KeyOptions['progress']> {
  return (node, done) => void progress.set(node, done);
}

function whyNothing(snapshot: Snapshot): string {
  const outcomes = readNodes(snapshot).flatMap((node) => [...node.outcomes].filter(([{ asks }]) => asks === 'keys'));
  const reasons = outcomes.flatMap(([, outcome]) => (outcome.kind === 'unanswered' ? [outcome.reason] : []));
  return reasons[0] ?? 'no server could be asked for its keys';
}

/** Stores what has been seen every few seconds, and notices when somebody has had enough. */
function keepSaving(ports: Ports, id: IncidentId, progress: Map<string, ScanProgress>, enough: AbortController) {
  const stopping = new AbortController();
  const loop = async () => {
    while (!stopping.signal.aborted) {
      await ports.clock.sleep(SAVE_MS, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return;
      await ports.store.transaction(async (tx) => {
        const scan = await tx.keyScan(id, { lock: true });
        if (scan?.state !== 'running') return;
        if (scan.cancelRequested) enough.abort();
        await tx.saveKeyScan({ ...scan, progress: Object.fromEntries(progress) });
        await ports.face.show(tx, id);
      });
      ports.face.wake();
    }
  };
  const looping = loop().catch((error: unknown) =>
    ports.log.warn({ incident: id, err: error }, 'progress was not kept'),
  );
  return {
    async stop() {
      stopping.abort();
      await looping;
    },
  };
}

async function end(ports: Ports, id: IncidentId, progress: KeyScan['progress'], trouble: string | null): Promise<void> {
  await ports.store.transaction(async (tx) => {
    const scan = await tx.keyScan(id, { lock: true });
    if (!scan) return;
    await tx.saveKeyScan({ ...scan, state: 'ended', progress, trouble });
    await ports.face.show(tx, id);
  });
  ports.face.wake();
}
