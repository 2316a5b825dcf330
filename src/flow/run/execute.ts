import type { RunId } from '../../domain/ids.ts';
import type { Ports } from '../ports.ts';
import { reopenIncident } from '../resolve.ts';
import { type Claim, claimQueued, keepLease, ownRun, RunLost } from './claim.ts';
import { conclude } from './conclude.ts';
import { Connections } from './connections.ts';
import { Leftovers } from './do-deed.ts';
import { type Ending, endRun } from './end-run.ts';
import { perform } from './perform.ts';
import { verify } from './verify.ts';

/** Runs an approved proposal from the queue. A job that comes twice, or for a run that another worker has, does nothing. */
export async function executeRun(ports: Ports, id: RunId): Promise<void> {
  const claim = await claimQueued(ports, id);
  if (claim) await carryOn(ports, claim);
  else ports.face.wake();
}

/** Does what is left of a claimed run and concludes it. */
export async function carryOn(ports: Ports, claim: Claim): Promise<void> {
  const release = keepLease(ports, claim);
  const means = { connections: new Connections(ports, claim.target), leftovers: new Leftovers() };
  try {
    const ending = claim.run.state === 'verifying' ? undefined : await perform(ports, claim, means);
    if (ending) await end(ports, claim, ending);
    else await verifyAndConclude(ports, claim);
  } catch (error) {
    if (error instanceof RunLost) ports.log.warn({ run: claim.run.id }, 'run lost to another worker');
    else await breakOff(ports, claim, error);
  } finally {
    means.connections.close();
    await means.leftovers.close(ports);
    release();
    ports.face.wake();
  }
}

async function verifyAndConclude(ports: Ports, claim: Claim): Promise<void> {
  const series = await ports.store.transaction(async (tx) => {
    const run = await ownRun(ports, tx, claim);
    await tx.saveRun({ ...run, state: 'verifying' });
    await ports.face.show(tx, run.incident);
    return tx.seriesOf(claim.target.name, 0);
  });
  ports.face.wake();
  const verification = await verify(ports, claim, series);
  await conclude(ports, claim, verification);
  if (verification.last.report.verdict !== 'healthy') await reopen(ports, claim);
}

/** The run is over by now: that its thread does not open again must not change how it ended. */
async function reopen(ports: Ports, { run }: Claim): Promise<void> {
  try {
    if (await reopenIncident(ports, run.incident, `the end of ${run.id}`)) await ports.queue.diagnose(run.incident);
  } catch (error) {
    ports.log.warn({ run: run.id, err: error }, 'the incident could not be opened again');
  }
}

async function end(ports: Ports, claim: Claim, ending: Ending): Promise<void> {
  await ports.store.transaction(async (tx) => endRun(ports, tx, await ownRun(ports, tx, claim), ending));
  await ports.queue.diagnose(claim.run.incident);
}

/** A bug of ours in the middle of a run: what was started is unknown, and a person has to look. */
async function breakOff(ports: Ports, claim: Claim, error: unknown): Promise<void> {
  ports.log.error({ run: claim.run.id, err: error }, 'run broke off');
  const note = `Something broke on our side (${claim.run.id}); the log has the details. Look at the servers.`;
  await end(ports, claim, { state: 'unknown', note }).catch((again: unknown) => {
    ports.log.error({ run: claim.run.id, err: again }, 'the end of a broken run could not be stored');
  });
}
