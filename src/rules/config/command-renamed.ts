import { defineRule } from '../../domain/rule.ts';
import type { ReadNode } from '../../domain/snapshot.ts';

/** Every server that we know has these; where one is unknown, it was taken away or has another name. */
const EVERYWHERE = new Set([
  'acl',
  'client',
  'command',
  'config',
  'latency',
  'memory',
  'module',
  'role',
  'slowlog',
  'time',
]);

export default defineRule({
  scope: 'node',
  needs: {},
  more:
    'The configuration takes commands away or gives them secret names (rename-command): what they would show is not assessed, and actions that need them cannot run. ' +
    'It also breaks Sentinel, which must be told the names (SENTINEL SET … rename-command), and replicas or the append-only file when a renamed command is written. ' +
    'Give every user an ACL instead and remove the renaming. If a service runs this server, name it in managed_by of medic.yml.',
  explains: ['sentinel-auth-or-config-broken'],
  check(_readings, { node }) {
    if (node.identity.provider) return;
    const unknown = unknownCommands(node);
    if (unknown.length === 0) return;
    return {
      severity: 'info',
      headline: `${node.name} does not know ${unknown.map((name) => name.toUpperCase()).join(', ')}: renamed or taken away`,
      evidence: unknown.map((name) => ({
        field: name.toUpperCase(),
        value: 'unknown command',
        expected: 'known, and guarded by ACLs',
      })),
    };
  },
});

function unknownCommands({ outcomes }: ReadNode): string[] {
  const names = [...outcomes.values()].flatMap((outcome) => {
    const [, name] = outcome.kind === 'unanswered' ? (/^unknown command: ([a-z]+)/.exec(outcome.reason) ?? []) : [];
    return name !== undefined && EVERYWHERE.has(name) ? [name] : [];
  });
  return [...new Set(names)];
}
