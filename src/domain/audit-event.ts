import { createHash } from 'node:crypto';
import { canonicalJson } from './proposal.ts';

const AUDIT_KINDS = [
  'opened',
  'diagnosed',
  'proposed',
  'refused',
  'voted',
  'approved',
  'denied',
  'expired',
  'superseded',
  'queued',
  'started',
  'drifted',
  'sent',
  'answered',
  'notified',
  'announced',
  'held',
  'before',
  'after',
  'verified',
  'not-verified',
  'unknown',
  'failed',
  'cancelled',
  'paused',
  'resumed',
  'resolved',
  'backup-taken',
  'backup-verified',
  'backup-deleted',
  'backup-failed',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** What happened, before it has its place in the chain. */
export interface AuditFact {
  kind: AuditKind;
  /** Epoch ms. */
  at: number;
  /** Slack user id, or `redis-medic` when nobody asked. */
  actor: string;
  target: string | null;
  incident: string | null;
  proposal: string | null;
  run: string | null;
  /** Redacted facts: commands, values, reasons. */
  facts: Readonly<Record<string, unknown>>;
}

/** A row of the append-only chain. */
export interface AuditEvent extends AuditFact {
  /** 1, 2, 3 … without a gap. */
  seq: number;
  /** Hash of the row before; 64 zeros for the first. */
  previous: string;
  /** SHA-256, hex, over `previous` and the canonical JSON of the fact with its number. */
  hash: string;
}

export const GENESIS = '0'.repeat(64);

export function hashEvent(fact: AuditFact, seq: number, previous: string): string {
  const { kind, at, actor, target, incident, proposal, run, facts } = fact;
  const text = canonicalJson({ seq, kind, at, actor, target, incident, proposal, run, facts });
  return createHash('sha256').update(`${previous}\n${text}`).digest('hex');
}

/** Where the chain ended when it was last anchored outside the database. */
export interface Anchor {
  seq: number;
  hash: string;
}

export type ChainVerdict =
  | { kind: 'intact'; rows: number; head: Anchor }
  | { kind: 'broken'; seq: number; because: 'edited' | 'gap' | 'reordered' | 'truncated' };

/** Checks rows in order of `seq` against each other and against anchors that were written outside. */
export function verifyChain(events: readonly AuditEvent[], anchors: readonly Anchor[]): ChainVerdict {
  const check = checkChain(anchors);
  for (const event of events) {
    const broken = check.next(event);
    if (broken) return broken;
  }
  return check.end();
}

/** The same row by row, for chains that are too long to hold: `next` gives a verdict as soon as the chain is broken. */
export function checkChain(anchors: readonly Anchor[]): {
  next(event: AuditEvent): ChainVerdict | undefined;
  end(): ChainVerdict;
} {
  const anchored = new Map(anchors.map((anchor) => [anchor.seq, anchor.hash]));
  const last = anchors.reduce((highest, anchor) => Math.max(highest, anchor.seq), 0);
  let head: Anchor = { seq: 0, hash: GENESIS };

  function fault(event: AuditEvent): 'gap' | 'reordered' | 'edited' | undefined {
    if (event.seq !== head.seq + 1) return 'gap';
    if (event.previous !== head.hash) return 'reordered';
    if (hashEvent(event, event.seq, event.previous) !== event.hash) return 'edited';
    return (anchored.get(event.seq) ?? event.hash) === event.hash ? undefined : 'edited';
  }

  return {
    next(event) {
      const because = fault(event);
      if (because !== undefined) return { kind: 'broken', seq: head.seq + 1, because };
      head = { seq: event.seq, hash: event.hash };
      return undefined;
    },
    end: () =>
      last > head.seq
        ? { kind: 'broken', seq: head.seq + 1, because: 'truncated' }
        : { kind: 'intact', rows: head.seq, head },
  };
}
