import type { AuditFact } from '../../src/domain/audit-event.ts';
import { IncidentId, ProposalId, RunId, TargetName } from '../../src/domain/ids.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Proposal } from '../../src/domain/proposal.ts';
import type { Run, RunStep } from '../../src/domain/run.ts';
import type { Signal } from '../../src/domain/signal.ts';
import type { WantedMessage } from '../../src/flow/ports.ts';
import { proposalOf } from './proposal.ts';

const tail = (number: number) => String(number).padStart(10, '0');
const incidentId = (number: number) => IncidentId.parse(`inc_${tail(number)}`);
const proposalId = (number: number) => ProposalId.parse(`prp_${tail(number)}`);
const runId = (number: number) => RunId.parse(`run_${tail(number)}`);

/** Rows as the store keeps them; those of one number belong together. */
export function incident(number: number, different: Partial<Incident> = {}): Incident {
  return {
    id: incidentId(number),
    target: TargetName.parse(`target-${number}`),
    channel: 'C0000000001',
    state: 'open',
    openedBy: 'alert RedisOutOfMemory',
    requestedBy: null,
    openedAt: 1_700_000_000_000 + number,
    resolvedAt: null,
    resolution: null,
    report: null,
    trouble: null,
    ...different,
  };
}

export function proposal(number: number, different: Partial<Proposal> = {}): Proposal {
  return proposalOf({ id: proposalId(number), incident: incidentId(number), group: `group-${number}`, ...different });
}

export function run(number: number, different: Partial<Run> = {}): Run {
  return {
    id: runId(number),
    proposal: proposalId(number),
    incident: incidentId(number),
    target: TargetName.parse(`target-${number}`),
    group: `group-${number}`,
    state: 'queued',
    verdict: null,
    fence: 0,
    leaseUntil: null,
    queuedAt: 1_700_000_000_000 + number,
    startBefore: 1_700_000_300_000,
    startedAt: null,
    endedAt: null,
    note: null,
    effects: null,
    cancelRequested: false,
    ...different,
  };
}

export function step(number: number, seq: number, different: Partial<RunStep> = {}): RunStep {
  const command: RunStep['command'] = {
    node: '10.0.0.1:6379',
    argv: ['CONFIG', 'SET', 'maxmemory', '200'],
    applied: [],
  };
  const row: RunStep = {
    run: runId(number),
    seq,
    step: 0,
    kind: 'command',
    command,
    label: 'CONFIG SET maxmemory 200',
    state: 'pending',
    reply: null,
    startedAt: null,
    endedAt: null,
  };
  return { ...row, ...different };
}

export function signal(different: Partial<Signal> = {}): Signal {
  return {
    source: 'alertmanager',
    fingerprint: 'f1',
    status: 'firing',
    startsAt: 1_700_000_000_000,
    name: 'RedisOutOfMemory',
    summary: 'no memory is left',
    labels: { instance: '10.0.0.1:6379' },
    ...different,
  };
}

export function fact(different: Partial<AuditFact> = {}): AuditFact {
  const about = { target: 'prod-cache', incident: null, proposal: null, run: null };
  return {
    kind: 'opened',
    at: 1_700_000_000_000,
    actor: 'redis-medic',
    ...about,
    facts: { by: 'a test' },
    ...different,
  };
}

export function message(key: string, different: Partial<WantedMessage> = {}): WantedMessage {
  const place = { incident: incidentId(1), channel: 'C0000000001', threadKey: null };
  return { key, ...place, text: key, blocks: [{ type: 'divider' }], urgent: false, ...different };
}
