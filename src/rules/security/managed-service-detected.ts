import { adviceOf, providerName } from '../../domain/provider.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readNodes } from '../../domain/snapshot.ts';

/** One finding a target: what holds for one node of a service holds for all. */
export default defineRule({
  scope: 'target',
  needs: {},
  more:
    'A service runs these servers and keeps some commands for itself: what they would show is not assessed, and what they would change is done in its console. ' +
    'The evidence says where. Faults that INFO, CLIENT LIST and SLOWLOG show are found as everywhere; hosts and disks are the business of the service.',
  check(_survey, { snapshot, target }) {
    const managed = readNodes(snapshot).find(({ identity }) => identity.provider);
    const provider = managed?.identity.provider;
    if (!managed || !provider) return [];
    const closed = closedTo(readNodes(snapshot), providerName(provider.id));
    return [
      {
        node: target.name,
        severity: 'info',
        headline: `${providerName(provider.id)} runs this${closed.length === 0 ? '' : ` and does not let us ask ${closed.join(', ')}`}: changes are made in its console`,
        evidence: [
          { field: managed.name, value: provider.by, expected: 'a server of your own' },
          ...adviceOf(provider.id).map(({ topic, instead }) => ({
            field: topic,
            value: instead,
            expected: 'commands',
          })),
        ],
      },
    ];
  },
});

/** The questions that the service did not answer, as its advice names them. */
function closedTo(nodes: readonly ReadNode[], name: string): string[] {
  const asked = nodes.flatMap(({ outcomes }) =>
    [...outcomes.values()].flatMap((outcome) => {
      const [, command] =
        outcome.kind === 'unanswered' && outcome.reason.startsWith(name)
          ? (/ does not offer ([A-Z |]+):/.exec(outcome.reason) ?? [])
          : [];
      return command ?? [];
    }),
  );
  return [...new Set(asked)];
}
