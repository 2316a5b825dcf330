import { powersOf } from '../../domain/acl-user.ts';
import { printable } from '../../domain/printable.ts';
import { defineRule } from '../../domain/rule.ts';
import aclUsers from '../../probes/acl-users.ts';

const SHOWN = 10;

/** Told as hygiene: a right that is too wide breaks nothing until somebody uses it. */
export default defineRule({
  scope: 'node',
  needs: { aclUsers },
  latent: true,
  more:
    'These users may do what only an administrator should: change settings, users or replication, load modules, stop the server, run scripts. Who takes over their application takes over the server, and often its host. ' +
    'Usually +@all was granted to be quick, or a category grew with a new version (since 8.0 @read and @write cover search, JSON and time series). ' +
    'Take the rights away one by one, trying each with ACL DRYRUN; name the real administrators in admin_users of medic.yml.',
  check({ aclUsers: { now: users } }, { target }) {
    const spared = new Set([
      'default',
      ...[target.credentials.username, target.remediate?.username].filter((name) => name !== undefined),
      ...(target.adminUsers ?? []),
    ]);
    const mighty = users
      .filter(({ name, on }) => on && !spared.has(name))
      .map((user) => ({ name: printable(user.name, 48), powers: powersOf(user) }))
      .filter(({ powers }) => powers.length > 0);
    if (mighty.length === 0) return;
    return {
      severity: 'info',
      headline: `${mighty.length} ${mighty.length === 1 ? 'user' : 'users'} beside the administrators may change the server: ${mighty
        .slice(0, 3)
        .map(({ name }) => name)
        .join(', ')}${mighty.length > 3 ? ' …' : ''}`,
      evidence: mighty.slice(0, SHOWN).map(({ name, powers }) => ({
        field: `ACL LIST ${name}`,
        value: `+${powers.join(' +')}`,
        expected: 'none of these',
      })),
    };
  },
});
