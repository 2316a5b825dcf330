import type { ColumnType, Generated } from 'kysely';
import type { AuditEvent } from '../../domain/audit-event.ts';
import type { Automatic } from '../../domain/auto.ts';
import type { IncidentId, TargetName } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import type { KeyScan } from '../../domain/keys/key-scan.ts';
import type { PackedSeries } from '../../domain/packed-series.ts';
import type { PlannedCommand, Proposal, ProposalBody, Vote } from '../../domain/proposal.ts';
import type { Report } from '../../domain/report.ts';
import type { Run, RunStep } from '../../domain/run.ts';
import type { Point } from '../../domain/series.ts';
import type { Signal } from '../../domain/signal.ts';
import type { Standing } from '../../domain/standing.ts';
import type { OutboxMessage } from '../../flow/ports.ts';

/** Written as text and kept as text (type `json`, not `jsonb`), so that what comes back is what was hashed. */
type Json<T> = ColumnType<T, string | Extract<T, null>, string | Extract<T, null>>;

/** Replies as JSON holds them: an error reply is an object. */
export type StoredReply = string | number | null | { error: string } | readonly StoredReply[];
type StoredAnswers = readonly (readonly [key: string, reply: StoredReply])[];

/** The schema `medic`; migrations.ts makes it. */
export interface Tables {
  signal: Omit<Signal, 'labels'> & {
    labels: Json<Signal['labels']>;
    seq: Generated<number>;
    target: TargetName | null;
    incident: IncidentId | null;
    at: number;
  };
  keyScan: Omit<KeyScan, 'progress'> & { progress: Json<KeyScan['progress']> };
  incident: Omit<Incident, 'report'> & { report: Json<Report | null> };
  proposal: Pick<
    Proposal,
    'id' | 'incident' | 'digest' | 'state' | 'reason' | 'decidedAt' | 'proposedAt' | 'expiresAt'
  > & {
    body: Json<ProposalBody>;
    /** Grows with each proposal: those of one diagnosis stay in the order of their importance. */
    turn: Generated<number>;
  };
  vote: Vote;
  automatic: Automatic;
  run: Omit<Run, 'effects'> & { effects: Json<Run['effects']> };
  runStep: Omit<RunStep, 'command'> & { command: Json<PlannedCommand | null> };
  auditEvent: Omit<AuditEvent, 'facts'> & { facts: Json<AuditEvent['facts']> };
  sample: { target: TargetName; node: string; runId: string; at: number; answers: Json<StoredAnswers> };
  point: Omit<Point, 'values' | 'replId'> & {
    target: TargetName;
    node: string;
    replId: string | null;
    /** Which fields these are, in which order. */
    shape: number;
    fields: Json<readonly (number | null)[]>;
  };
  seriesHour: { target: TargetName; node: string; hour: number; points: Json<PackedSeries> };
  standing: Standing & { target: TargetName };
  setting: { key: string; value: Json<unknown> };
  message: Omit<OutboxMessage, 'blocks'> & {
    blocks: Json<readonly object[]>;
    contentHash: string;
    /** Grows with each revision of any message: who has waited longest. */
    turn: Generated<number>;
  };
}
