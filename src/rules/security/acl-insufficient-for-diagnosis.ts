import { defineRule } from '../../domain/rule.ts';
import type { ReadNode } from '../../domain/snapshot.ts';

export default defineRule({
  scope: 'node',
  needs: {},
  more:
    'The user that reads this server may not send some of the commands, so the rules that need them were not evaluated: they stand under "unassessed", and nothing is known about their faults. ' +
    'Usually the ACL user was made by hand or for an older version. ' +
    'Print the line that it needs with redis-medic acl diagnose --engine, and run it on every server.',
  check(_readings, { node, target }) {
    const missing = missingPermissions(node);
    if (missing.length === 0) return;
    const user = target.credentials.username ?? 'default';
    const permissions = missing.map((name) => `+${name}`);
    return {
      severity: 'info',
      headline: `Not everything could be looked at: user ${user} lacks ${permissions.join(' ')}`,
      evidence: permissions.map((permission) => ({
        field: permission,
        value: 'refused (NOPERM)',
        expected: 'granted',
      })),
    };
  },
});

/** The commands that the server refused to our user, each once. */
function missingPermissions({ outcomes }: ReadNode): string[] {
  const refused = [...outcomes.values()].flatMap((outcome) => {
    const [, names] = outcome.kind === 'unanswered' ? (/^NOPERM: (.+)$/.exec(outcome.reason) ?? []) : [];
    return names?.split(', ') ?? [];
  });
  return [...new Set(refused)];
}
