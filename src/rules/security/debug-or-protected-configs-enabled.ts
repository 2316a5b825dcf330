import { isForDevelopment } from '../../domain/environment.ts';
import { defineRule } from '../../domain/rule.ts';
import securityConfig, { servesOtherHosts } from '../../probes/security-config.ts';

const SWITCHES = ['enable_debug_command', 'enable_protected_configs', 'enable_module_command'] as const;

/** 6.2 has no such switches and always allows all three: there is nothing to set. */
export default defineRule({
  scope: 'node',
  needs: { securityConfig },
  more:
    'Whoever may run CONFIG or DEBUG or load a module here can write files anywhere the server may, crash it, or run code on its host: this is how open servers are taken over. ' +
    'Usually it was switched on for a test or a migration. ' +
    'The switches cannot be changed at runtime: set them to no (or local) in the configuration and restart the replicas first.',
  check({ securityConfig: { now } }, { node, target }) {
    const on = SWITCHES.filter((name) => now[name] !== undefined && now[name] !== 'no');
    if (on.length === 0) return;
    // `local` lets only this host use them, and so does whatever keeps other hosts out.
    const reachable = servesOtherHosts(now, node) && on.some((name) => now[name] === 'yes');
    const names = on.map((name) => name.replaceAll('_', '-'));
    return {
      severity: reachable ? (isForDevelopment(target) ? 'warning' : 'high') : 'info',
      headline: `${names.join(', ')} ${on.length === 1 ? 'is' : 'are'} switched on${reachable ? ' for other hosts' : ' for this host only'}`,
      evidence: on.map((name) => ({ field: name.replaceAll('_', '-'), value: now[name] ?? '', expected: 'no' })),
    };
  },
});
