import { isForDevelopment } from '../../domain/environment.ts';
import { defineRule } from '../../domain/rule.ts';
import securityConfig, { listensBeyondLoopback } from '../../probes/security-config.ts';

/** Protected mode does nothing once the default user has a password, so only then is it missed. */
export default defineRule({
  scope: 'node',
  needs: { securityConfig },
  latent: true,
  more:
    'The default user has no password, and protected mode, which would then refuse other hosts, is off: one change of bind or of a firewall opens the server to everyone. ' +
    'Container images switch it off so that published ports work. ' +
    'Give users passwords; until then CONFIG SET protected-mode yes costs nothing where all clients are on this host.',
  check({ securityConfig: { now } }, { node, target }) {
    if (now.protected_mode !== 'no' || node.identity.admitsAnyone !== true) return;
    const exposed = listensBeyondLoopback(now, node) && !isForDevelopment(target);
    return {
      severity: exposed ? 'warning' : 'info',
      headline: `Protected mode is off on ${node.name} and the default user has no password`,
      evidence: [
        { field: 'protected-mode', value: now.protected_mode, expected: 'yes, or a password' },
        { field: 'bind', value: now.bind, expected: 'loopback' },
      ],
    };
  },
});
