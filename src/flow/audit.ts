import { type Anchor, type AuditEvent, type ChainVerdict, checkChain } from '../domain/audit-event.ts';
import type { IncidentId } from '../domain/ids.ts';
import type { Store } from './ports.ts';

const PAGE = 500;

/** Checks the whole chain, a page at a time, against itself and the anchors outside the database. */
export async function verifyAudit(store: Store, anchors: readonly Anchor[]): Promise<ChainVerdict> {
  const check = checkChain(anchors);
  for await (const event of exportAudit(store)) {
    const broken = check.next(event);
    if (broken) return broken;
  }
  return check.end();
}

/** The rows of the chain, or those of one incident, oldest first. */
export async function* exportAudit(store: Store, options: { incident?: IncidentId } = {}): AsyncGenerator<AuditEvent> {
  let after = 0;
  for (;;) {
    const page = await store.transaction((tx) => tx.auditEvents({ after, limit: PAGE, ...options }));
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.seq;
  }
}
