import { SlackUserId } from '../../src/domain/ids.ts';
import {
  digestOf,
  type Proposal,
  type ProposalBody,
  ProposalBody as ProposalBodySchema,
} from '../../src/domain/proposal.ts';

export const RILEY = SlackUserId.parse('URILEY');
export const ALEX = SlackUserId.parse('UALEX');
export const SAM = SlackUserId.parse('USAM');
export const OLLI = SlackUserId.parse('UOLLI');

/** A proposal that raises maxmemory of one node, with whatever the test wants to be different. */
export function proposalOf(different: Partial<Proposal> = {}): Proposal {
  const body: ProposalBody = ProposalBodySchema.parse({
    id: 'prp_0000000001',
    incident: 'inc_0000000001',
    target: 'prod-cache',
    group: '10.0.0.1:6379',
    playbook: 'raise-maxmemory',
    undoes: null,
    title: 'Raise maxmemory',
    summary: 'Gives the server more memory.',
    findings: ['oom-noeviction-writes-rejected'],
    node: '10.0.0.1:6379',
    risk: 'reversible',
    steps: [
      {
        kind: 'action',
        action: 'raise-maxmemory',
        args: { bytes: 200 },
        node: '10.0.0.1:6379',
        commands: [
          {
            node: '10.0.0.1:6379',
            argv: ['CONFIG', 'SET', 'maxmemory', '200'],
            applied: [{ node: '10.0.0.1:6379', reading: 'memory-config.maxmemory', value: '200' }],
          },
        ],
        undo: [
          {
            node: '10.0.0.1:6379',
            argv: ['CONFIG', 'SET', 'maxmemory', '100'],
            applied: [{ node: '10.0.0.1:6379', reading: 'memory-config.maxmemory', value: '100' }],
          },
        ],
        impact: ['Runtime only.'],
        expects: [{ node: '10.0.0.1:6379', reading: 'memory-config.maxmemory', value: '100' }],
      },
    ],
    settled: { withinSeconds: 10, clear: ['oom-noeviction-writes-rejected'], hold: [] },
    requestedBy: RILEY,
    proposedAt: 1000,
    expiresAt: 2000,
    ...different,
  });
  return { ...body, digest: digestOf(body), state: 'open', reason: null, decidedAt: null, ...different };
}
