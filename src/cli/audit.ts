import type { Anchor, AuditEvent, ChainVerdict } from '../domain/audit-event.ts';
import type { IncidentId } from '../domain/ids.ts';
import { printable } from '../domain/printable.ts';
import { exportAudit, verifyAudit } from '../flow/audit.ts';
import type { Store } from '../flow/ports.ts';
import type { Output } from './handlers.ts';

/** `redis-medic audit list`: the newest events, oldest of them first. */
export async function auditList(
  store: Store,
  { json, limit, incident }: { json: boolean; limit: number; incident?: IncidentId },
  output: Output,
): Promise<number> {
  const newest: AuditEvent[] = [];
  for await (const event of exportAudit(store, only(incident))) {
    newest.push(event);
    if (newest.length > limit) newest.shift();
  }
  for (const event of newest) output.out(`${json ? JSON.stringify(event) : row(event)}\n`);
  if (newest.length === 0) output.err('Nothing is recorded yet.\n');
  return 0;
}

/** `redis-medic audit export`: every event as a JSON line, oldest first. */
export async function auditExport(
  store: Store,
  { incident }: { incident?: IncidentId },
  output: Output,
): Promise<number> {
  for await (const event of exportAudit(store, only(incident))) output.out(`${JSON.stringify(event)}\n`);
  return 0;
}

/** `redis-medic audit verify`: 0 when the chain and its anchors agree, 2 with the place and the reason when they do not. */
export async function auditVerify(store: Store, anchors: readonly Anchor[], output: Output): Promise<number> {
  const verdict = await verifyAudit(store, anchors);
  if (verdict.kind === 'broken') {
    output.err(`The audit trail is broken at event ${verdict.seq}: ${REASONS[verdict.because]}.\n`);
    return 2;
  }
  const { rows, head } = verdict;
  const end = rows === 0 ? '' : `, up to ${head.hash}`;
  output.out(
    `The audit trail is intact: ${rows} events${end}, checked against ${anchors.length} ${anchors.length === 1 ? 'anchor' : 'anchors'}.\n`,
  );
  return 0;
}

const REASONS: Readonly<Record<Extract<ChainVerdict, { kind: 'broken' }>['because'], string>> = {
  edited: 'its content is not what was recorded',
  gap: 'it is missing',
  reordered: 'it does not follow the event before it',
  truncated: 'it and what followed are cut off, as an anchor outside the database shows',
};

function only(incident: IncidentId | undefined): { incident?: IncidentId } {
  return incident === undefined ? {} : { incident };
}

/** `12  2026-11-23T05:40:12Z  sent  U024BE7LH  prod-cache  command=…` on one line, whatever the facts hold. */
function row({ seq, at, kind, actor, target, facts }: AuditEvent): string {
  const time = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  const shown = Object.entries(facts).map(([name, value]) => `${name}=${plain(value)}`);
  return printable([String(seq).padStart(5), time, kind.padEnd(12), actor, target ?? '-', ...shown].join('  '), 240);
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
