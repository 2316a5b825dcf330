import type { SlackUserId } from '../domain/ids.ts';
import type { Ports } from './ports.ts';
import { record } from './record.ts';

/** The kill switch: no run starts, and a running one stops before its next command. Diagnosing goes on. */
export async function pause(ports: Ports, by: SlackUserId, reason: string): Promise<void> {
  await ports.store.transaction(async (tx) => {
    await tx.setPaused({ by, at: ports.clock.now(), reason });
    await record(tx, ports.clock, 'paused', {}, by, { reason });
  });
}

export async function resume(ports: Ports, by: SlackUserId): Promise<void> {
  await ports.store.transaction(async (tx) => {
    await tx.setPaused(null);
    await record(tx, ports.clock, 'resumed', {}, by);
  });
}
