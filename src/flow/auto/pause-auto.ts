import type { SlackUserId } from '../../domain/ids.ts';
import type { Run } from '../../domain/run.ts';
import type { Ports } from '../ports.ts';
import { aboutRun, record } from '../record.ts';

/** Nothing runs by itself any more; what people approve still does. */
export async function pauseAuto(ports: Ports, by: SlackUserId, reason: string): Promise<void> {
  await ports.store.transaction(async (tx) => {
    await tx.setAutoPaused({ by, at: ports.clock.now(), reason });
    await record(tx, ports.clock, 'paused', {}, by, { reason, automatic: true });
  });
}

export async function resumeAuto(ports: Ports, by: SlackUserId): Promise<void> {
  await ports.store.transaction(async (tx) => {
    await tx.setAutoPaused(null);
    await record(tx, ports.clock, 'resumed', {}, by, { automatic: true });
  });
}

/** A process that died in a run that nobody approved: until a person has looked, nothing more runs by itself. */
export async function pauseAfterCrash(ports: Ports, run: Run): Promise<void> {
  await ports.store.transaction(async (tx) => {
    const automatic = await tx.automaticOf(run.proposal);
    if (automatic?.state !== 'ran' || (await tx.autoPaused())) return;
    const reason = `redis-medic died during ${run.id} on ${run.target}, which ran by itself`;
    await tx.setAutoPaused({ by: 'redis-medic', at: ports.clock.now(), reason });
    await record(tx, ports.clock, 'paused', aboutRun(run), undefined, { reason, automatic: true });
    ports.log.warn({ run: run.id }, 'nothing runs by itself any more until a person resumes it');
  });
}
