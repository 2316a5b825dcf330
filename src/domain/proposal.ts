import { createHash } from 'node:crypto';
import { z } from 'zod';
import { RISKS, VIAS } from './action.ts';
import { IncidentId, ProposalId, SlackUserId, TargetName } from './ids.ts';
import { PARAMETER_TYPES, ParameterValue } from './parameter.ts';

const Expectation = z.object({ node: z.string(), reading: z.string(), value: z.string() });

const Bound = z.object({ node: z.string(), reading: z.string(), below: z.number() });

const Until = z.object({
  shows: z.array(Expectation).exactOptional(),
  below: z.array(Bound).exactOptional(),
  withinSeconds: z.number(),
});

const Span = z.object({ from: z.number().exactOptional(), to: z.number().exactOptional() });

const KeySign = z.object({ ask: z.tuple([z.string()]).rest(z.string()), applied: Span, before: Span });

/** Optional keys stay absent when they are: a stored digest covers the keys that there were. */
export const PlannedCommand = z.object({
  node: z.string(),
  via: z.enum(VIAS).exactOptional(),
  db: z.number().exactOptional(),
  argv: z.tuple([z.string()]).rest(z.string()),
  applied: z.array(Expectation),
  signs: z.array(KeySign).exactOptional(),
  until: Until.exactOptional(),
  unless: z.array(Expectation).exactOptional(),
  holds: z.literal(true).exactOptional(),
});
export type PlannedCommand = z.infer<typeof PlannedCommand>;

/** Where a command goes, as redis-cli shows it: `host:port`, with the database where it is not the first. */
export function promptOf({ node, db }: Pick<PlannedCommand, 'node' | 'db'>): string {
  return db === undefined ? node : `${node}[${db}]`;
}

export const ProposalStep = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('action'),
    action: z.string(),
    /** With every size filled in. */
    args: z.unknown(),
    /** The node that the finding names; the action is planned again from it before it runs. */
    node: z.string(),
    commands: z.array(PlannedCommand),
    undo: z.union([z.array(PlannedCommand), z.string()]),
    /** What is sent when the undo stops half way: the `otherwise` of the step that takes this one back. */
    undoOtherwise: z.array(PlannedCommand).exactOptional(),
    /** What must hold for the undo to be run. */
    undoWhile: z.array(Bound).default([]),
    /** What must hold for these commands to be run, beside `expects`: the `undoWhile` of the step that an undo takes back. */
    onlyWhile: z.array(Bound).default([]),
    /** What is sent when the step stops half way. */
    otherwise: z.array(PlannedCommand).exactOptional(),
    /** What is told later, while what the step set still stands. */
    remind: z.object({ afterSeconds: z.number(), text: z.string() }).exactOptional(),
    impact: z.array(z.string()),
    /** Values at proposal time that must be the same at execution. */
    expects: z.array(Expectation),
  }),
  z.object({ kind: z.literal('wait'), node: z.string(), until: z.string(), timeoutSeconds: z.number() }),
  z.object({
    kind: z.literal('manual'),
    node: z.string(),
    instruction: z.string(),
    /** What the person is asked when it is done; null asks nothing but that. */
    ask: z.string().nullable(),
    /** A guard that must hold before the run goes on. */
    until: z.string().nullable(),
    timeoutSeconds: z.number(),
  }),
  z.object({ kind: z.literal('notify'), node: z.string(), text: z.string() }),
]);
export type ProposalStep = z.infer<typeof ProposalStep>;

/** True for a plan that sends something by itself; another one only asks people and tells them. */
export function acts({ steps }: Pick<ProposalBody, 'steps'>): boolean {
  return steps.some(({ kind }) => kind === 'action');
}

/** The group that a run of a plan keeps for itself: what only people do holds nobody up. */
export function heldBy(plan: Pick<ProposalBody, 'steps' | 'group'>): string | null {
  return acts(plan) ? plan.group : null;
}

const Risk = z.enum(RISKS);

/** A value that was chosen, or computed where nobody chose; null where it is the action's own affair. */
const PinnedParameter = z.object({
  name: z.string(),
  label: z.string(),
  type: z.enum(PARAMETER_TYPES),
  value: ParameterValue.nullable(),
});
export type PinnedParameter = z.infer<typeof PinnedParameter>;

/** What a person approves. Everything that the digest covers is fixed for good when the proposal is made. */
export const ProposalBody = z.object({
  id: ProposalId,
  incident: IncidentId,
  target: TargetName,
  /** One run at a time among those of the same group that send something: the name of the node at the head of the replication group. */
  group: z.string(),
  playbook: z.string(),
  /** The run that it undoes; the playbook is then that run's. */
  undoes: z.string().nullable(),
  title: z.string(),
  summary: z.string(),
  /** Rule ids that it answers, first the one that it was proposed for; none where a person asked for it without one. */
  findings: z.array(z.string()),
  node: z.string(),
  /** What the finding names where that is not `node`: the target as a whole, or a node that could not be read. */
  about: z.string().exactOptional(),
  risk: Risk,
  steps: z.array(ProposalStep).min(1),
  parameters: z.array(PinnedParameter).exactOptional(),
  /** Settlement of the playbook, pinned. */
  settled: z.object({
    withinSeconds: z.number(),
    clear: z.array(z.string()),
    hold: z.array(z.string()),
    /** What the guards of `hold` read, with the values of when it was proposed. */
    before: z.array(Expectation).exactOptional(),
  }),
  /** Who asked; null when an alert did. */
  requestedBy: SlackUserId.nullable(),
  /** A person chose this playbook or its values, so that a diagnosis does not take it back for not proposing it. */
  byHand: z.literal(true).exactOptional(),
  proposedAt: z.number(),
  /** After this nobody can approve, epoch ms. */
  expiresAt: z.number(),
});
export type ProposalBody = z.infer<typeof ProposalBody>;

/** Once `open` is left there is no way back. */
export const PROPOSAL_STATES = ['open', 'approved', 'denied', 'expired', 'superseded'] as const;

export interface Proposal extends ProposalBody {
  digest: string;
  state: (typeof PROPOSAL_STATES)[number];
  /** Why it was denied or superseded. */
  reason: string | null;
  decidedAt: number | null;
}

export interface Vote {
  proposal: ProposalId;
  by: SlackUserId;
  verdict: 'approve' | 'deny';
  reason: string | null;
  at: number;
}

/** SHA-256 over the canonical JSON of the body, hex: two bodies with one digest would run the same commands. */
export function digestOf(body: ProposalBody): string {
  return createHash('sha256')
    .update(canonicalJson(ProposalBody.parse(body)))
    .digest('hex');
}

/** JSON with the keys of every object sorted, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
