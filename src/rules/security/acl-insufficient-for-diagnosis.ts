import { defineRule } from '../../domain/rule.ts';

export default defineRule({
  scope: 'node',
  needs: {},
  more:
    'The user that reads this server may not send some of the commands, so the rules that need them were not evaluated: they stand under "unassessed", and nothing is known about their faults. ' +
    'Usually the ACL user was made by hand or for an older version. ' +
    'Grant it the named read-only permissions with ACL SETUSER.',
  check(_readings, { node, target }) {
    const refused = [...node.outcomes].flatMap(([probe, outcome]) =>
      outcome.kind === 'unanswered' && outcome.reason.startsWith('NOPERM') ? [{ probe, reason: outcome.reason }] : [],
    );
    if (refused.length === 0) return;
    const reasons = new Map(
      refused.flatMap(({ probe, reason }) =>
        probe.allows.map((words) => [`+${words.join('|').toLowerCase()}`, reason] as const),
      ),
    );
    const user = target.credentials.username ?? 'default';
    return {
      severity: 'info',
      headline: `Not everything could be looked at: user ${user} lacks ${[...reasons.keys()].join(' ')}`,
      evidence: [...reasons].map(([permission, reason]) => ({ field: permission, value: reason, expected: 'granted' })),
    };
  },
});
