import type { Risk } from '../domain/action.ts';
import type { SlackUserId } from '../domain/ids.ts';
import type { Proposal, Vote } from '../domain/proposal.ts';
import type { Permission } from './ports.ts';

const MINUTE = 60_000;

/** A run must start within this time after the vote that completed the approval, in ms. */
export const EXECUTION_TTL_MS = 5 * MINUTE;

/** What it takes to approve a plan of some risk. */
export interface Policy {
  approvers: number;
  requesterMayApprove: boolean;
  /** The approver types the target's name. */
  typeName: boolean;
  /** How long it can be approved, in ms. */
  ttlMs: number;
}

export function policyFor(risk: Risk): Policy {
  switch (risk) {
    case 'read':
    case 'reversible':
      return { approvers: 1, requesterMayApprove: true, typeName: false, ttlMs: 30 * MINUTE };
    case 'disruptive':
      return { approvers: 1, requesterMayApprove: false, typeName: false, ttlMs: 30 * MINUTE };
    case 'destructive':
    case 'host':
      return { approvers: 2, requesterMayApprove: false, typeName: true, ttlMs: 10 * MINUTE };
  }
}

/** Who has to approve, for people: `two approvers, not the person who asked`. */
export function approvalTerms(risk: Risk, asked: boolean): string {
  const { approvers, requesterMayApprove, typeName } = policyFor(risk);
  const notTheAsker = !requesterMayApprove && asked;
  return [
    approvers === 1 ? 'one approver' : `${approvers} approvers`,
    ...(notTheAsker ? ['not the person who asked'] : []),
    ...(typeName ? ["who type the target's name"] : []),
  ].join(', ');
}

/** Whether approvers are looked up anew for a vote, whatever a cache says. */
export function asksFresh(risk: Risk): boolean {
  return risk === 'destructive' || risk === 'host';
}

export interface Ballot {
  digest: string;
  by: SlackUserId;
  verdict: 'approve' | 'deny';
  reason: string | null;
  /** What the approver typed where the target's name is asked for. */
  typed: string | null;
}

export type Ruling =
  | { kind: 'approved' }
  | { kind: 'counted'; missing: number }
  | { kind: 'denied' }
  | { kind: 'refused'; because: RefusalReason; sentence: string };

export type RefusalReason =
  | 'unknown'
  | 'decided'
  | 'expired'
  | 'changed'
  | 'not-an-approver'
  | 'approvers-unknown'
  | 'requester'
  | 'voted-already'
  | 'name-not-typed'
  | 'paused'
  | 'group-busy';

export interface Circumstances {
  permission: Permission;
  paused: boolean;
  /** The id of an active run of the same replication group. */
  busyWith: string | null;
  now: number;
}

/** Decides one ballot. Pure: the same facts give the same ruling, and each refusal says what to do next. */
export function rule(proposal: Proposal, votes: readonly Vote[], ballot: Ballot, at: Circumstances): Ruling {
  return (
    refuseStale(proposal, ballot, at) ??
    refusePerson(proposal, votes, ballot, at) ??
    (ballot.verdict === 'deny' ? { kind: 'denied' } : (refuseApproval(proposal, ballot, at) ?? count(proposal, votes)))
  );
}

function refuseStale(proposal: Proposal, ballot: Ballot, at: Circumstances): Ruling | undefined {
  if (proposal.state !== 'open') {
    return refused('decided', `This proposal is ${proposal.state} already; nothing was changed by your click.`);
  }
  if (at.now >= proposal.expiresAt) {
    return refused('expired', 'The time to approve this has run out. Diagnose again for a plan from fresh readings.');
  }
  if (ballot.digest !== proposal.digest) {
    return refused('changed', 'This card does not show the stored plan. Reload the thread and read it again.');
  }
  return undefined;
}

function refusePerson(
  proposal: Proposal,
  votes: readonly Vote[],
  ballot: Ballot,
  at: Circumstances,
): Ruling | undefined {
  const withdraws = ballot.verdict === 'deny' && ballot.by === proposal.requestedBy;
  if (at.permission.kind === 'refused' && !withdraws) {
    return at.permission.because === 'not-an-approver'
      ? refused('not-an-approver', 'You are not an approver. Approvers are named under "approvers" in medic.yml.')
      : refused('approvers-unknown', 'Slack could not be asked who the approvers are, so nobody can approve now.');
  }
  if (votes.some((vote) => vote.by === ballot.by)) {
    return refused('voted-already', 'You have voted on this proposal already; another person has to.');
  }
  return undefined;
}

function refuseApproval(proposal: Proposal, ballot: Ballot, at: Circumstances): Ruling | undefined {
  const policy = policyFor(proposal.risk);
  if (!policy.requesterMayApprove && ballot.by === proposal.requestedBy) {
    return refused('requester', `You asked for this ${proposal.risk} plan, so somebody else has to approve it.`);
  }
  if (policy.typeName && ballot.typed?.trim() !== proposal.target) {
    return refused('name-not-typed', `Type the target's name exactly as it is: ${proposal.target}`);
  }
  if (at.paused) {
    return refused('paused', 'Running is paused. An approver can lift it with /redis resume.');
  }
  if (at.busyWith !== null) {
    return refused(
      'group-busy',
      `Another run (${at.busyWith}) is at work on these servers. Approve again when it has ended.`,
    );
  }
  return undefined;
}

function count(proposal: Proposal, votes: readonly Vote[]): Ruling {
  const approvals = votes.filter((vote) => vote.verdict === 'approve').length + 1;
  const missing = policyFor(proposal.risk).approvers - approvals;
  return missing > 0 ? { kind: 'counted', missing } : { kind: 'approved' };
}

function refused(because: RefusalReason, sentence: string): Ruling {
  return { kind: 'refused', because, sentence };
}
