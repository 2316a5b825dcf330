import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RISKS } from '../../src/domain/action.ts';
import { SlackUserId } from '../../src/domain/ids.ts';
import type { Proposal, Vote } from '../../src/domain/proposal.ts';
import { type Ballot, type Circumstances, policyFor, rule } from '../../src/flow/approval.ts';
import { ALEX, OLLI, proposalOf, RILEY, SAM } from '../support/proposal.ts';

const approvers = new Set([ALEX, SAM, RILEY]);

function at(by: SlackUserId, different: Partial<Circumstances> = {}): Circumstances {
  const permission = approvers.has(by)
    ? ({ kind: 'allowed' } as const)
    : ({ kind: 'refused', because: 'not-an-approver' } as const);
  return { permission, paused: false, busyWith: null, now: 1500, ...different };
}

function ballot(proposal: Proposal, by: SlackUserId, different: Partial<Ballot> = {}): Ballot {
  return { digest: proposal.digest, by, verdict: 'approve', reason: null, typed: null, ...different };
}

function approval(proposal: Proposal, by: SlackUserId): Vote {
  return { proposal: proposal.id, by, verdict: 'approve', reason: null, at: 1400 };
}

const because = (ruling: ReturnType<typeof rule>) => (ruling.kind === 'refused' ? ruling.because : ruling.kind);

describe('one vote', () => {
  test.each([
    { risk: 'reversible', by: ALEX, want: 'approved' },
    { risk: 'reversible', by: RILEY, want: 'approved' },
    { risk: 'reversible', by: OLLI, want: 'not-an-approver' },
    { risk: 'disruptive', by: ALEX, want: 'approved' },
    { risk: 'disruptive', by: RILEY, want: 'requester' },
    { risk: 'destructive', by: ALEX, want: 'counted' },
    { risk: 'destructive', by: RILEY, want: 'requester' },
    { risk: 'host', by: ALEX, want: 'counted' },
  ] as const)('$by on a $risk plan that URILEY asked for is $want', ({ risk, by, want }) => {
    const proposal = proposalOf({ risk });
    const typed = policyFor(risk).typeName ? proposal.target : null;
    expect(because(rule(proposal, [], ballot(proposal, by, { typed }), at(by)))).toBe(want);
  });

  test('a destructive plan is approved by the second of two people who typed the name', () => {
    const proposal = proposalOf({ risk: 'destructive' });
    const second = ballot(proposal, SAM, { typed: ' prod-cache ' });
    expect(rule(proposal, [approval(proposal, ALEX)], second, at(SAM))).toEqual({ kind: 'approved' });
  });

  test.each([null, '', 'prod-cach', 'PROD-CACHE'])('a destructive plan with %j typed is not approved', (typed) => {
    const proposal = proposalOf({ risk: 'destructive' });
    expect(because(rule(proposal, [], ballot(proposal, ALEX, { typed }), at(ALEX)))).toBe('name-not-typed');
  });

  test('nobody votes twice', () => {
    const proposal = proposalOf({ risk: 'destructive' });
    const again = ballot(proposal, ALEX, { typed: 'prod-cache' });
    expect(because(rule(proposal, [approval(proposal, ALEX)], again, at(ALEX)))).toBe('voted-already');
  });

  test('one deny ends it, also after an approval, and the requester may withdraw', () => {
    const proposal = proposalOf({ risk: 'destructive' });
    const deny = ballot(proposal, SAM, { verdict: 'deny', reason: 'not now' });
    expect(rule(proposal, [approval(proposal, ALEX)], deny, at(SAM))).toEqual({ kind: 'denied' });
    const asked = proposalOf({ requestedBy: OLLI });
    expect(rule(asked, [], ballot(asked, OLLI, { verdict: 'deny' }), at(OLLI))).toEqual({ kind: 'denied' });
  });
});

describe('refusals that do not depend on the person', () => {
  test.each([
    { what: 'a denied proposal', proposal: proposalOf({ state: 'denied' }), at: at(ALEX), want: 'decided' },
    { what: 'one ms before the end', proposal: proposalOf(), at: at(ALEX, { now: 1999 }), want: 'approved' },
    { what: 'the end of its time', proposal: proposalOf(), at: at(ALEX, { now: 2000 }), want: 'expired' },
    { what: 'a pause', proposal: proposalOf(), at: at(ALEX, { paused: true }), want: 'paused' },
    { what: 'a busy group', proposal: proposalOf(), at: at(ALEX, { busyWith: 'run_0000000009' }), want: 'group-busy' },
  ] as const)('$what: $want', ({ proposal, at: circumstances, want }) => {
    expect(because(rule(proposal, [], ballot(proposal, ALEX), circumstances))).toBe(want);
  });

  test('a card that shows another plan than the stored one', () => {
    const proposal = proposalOf();
    const other = ballot(proposal, ALEX, { digest: 'f'.repeat(64) });
    expect(because(rule(proposal, [], other, at(ALEX)))).toBe('changed');
  });

  test('a deny counts while running is paused', () => {
    const proposal = proposalOf();
    const deny = ballot(proposal, ALEX, { verdict: 'deny' });
    expect(rule(proposal, [], deny, at(ALEX, { paused: true }))).toEqual({ kind: 'denied' });
  });
});

test('nobody outside the approvers is ever approved', () => {
  const person = fc.constantFrom(ALEX, SAM, RILEY, OLLI, SlackUserId.parse('UMALLORY'));
  fc.assert(
    fc.property(
      fc.constantFrom(...RISKS),
      person,
      person,
      fc.array(person, { maxLength: 4 }),
      fc.option(fc.constantFrom('prod-cache', 'x'), { nil: null }),
      fc.boolean(),
      (risk, by, requestedBy, voters, typed, paused) => {
        const proposal = proposalOf({ risk, requestedBy });
        const votes = voters.map((voter) => approval(proposal, voter));
        const ruling = rule(proposal, votes, ballot(proposal, by, { typed }), at(by, { paused }));
        if (ruling.kind !== 'approved') return;
        expect(approvers.has(by)).toBe(true);
        expect(paused).toBe(false);
        expect(by === requestedBy && risk !== 'read' && risk !== 'reversible').toBe(false);
        expect(votes.length + 1).toBeGreaterThanOrEqual(policyFor(risk).approvers);
      },
    ),
  );
});
