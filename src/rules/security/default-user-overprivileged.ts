import { mayDoEverything } from '../../domain/acl-user.ts';
import { defineRule } from '../../domain/rule.ts';
import { percent } from '../../domain/units.ts';
import aclUsers from '../../probes/acl-users.ts';
import clientList, { type Client } from '../../probes/client-list.ts';

/** Told as hygiene: most deployments live so for years, and nothing fails because of it today. */
export default defineRule({
  scope: 'node',
  needs: { aclUsers, clientList },
  latent: true,
  more:
    'Applications log in as the default user, who may do everything with every key: a mistake or a break-in in one of them is one in all of them, and the log cannot tell them apart. ' +
    'Make a user for each application with the key names and command categories that it needs, move it over, and set the default user to off at the end.',
  check({ aclUsers: { now: users }, clientList: { now: clients } }) {
    const everyone = users.find(({ name }) => name === 'default');
    if (!everyone?.on || !mayDoEverything(everyone)) return;
    const applications = clients.filter(isApplication);
    const shared = applications.filter(({ user }) => user === 'default');
    if (shared.length === 0) return;
    return {
      severity: 'info',
      headline: `${shared.length} of ${applications.length} clients work as the default user, who may do everything`,
      evidence: [
        { field: 'ACL LIST default', value: 'on ~* +@all', expected: 'off, or only what it needs' },
        { field: 'CLIENT LIST user=default', value: percent(shared.length / applications.length), expected: '0 %' },
      ],
    };
  },
});

/** Not a replica, the link to a primary, or one of us. */
function isApplication({ flags, name }: Client): boolean {
  return !/[SM]/.test(flags) && !name.startsWith('redis-medic') && !name.startsWith('sentinel-');
}
