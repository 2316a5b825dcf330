import { defineRule } from '../../domain/rule.ts';
import { percent } from '../../domain/units.ts';
import clientList, { type Client } from '../../probes/client-list.ts';

/** Of the connections; few need no names to be told apart. */
const SHARE = 0.5;
const FEWEST = 10;

export default defineRule({
  scope: 'node',
  needs: { clientList },
  more:
    'Most connections say neither who they are nor which library they use, so that a slow command or a leak can be traced to an address only. ' +
    'Most clients send a name when they are given one in their configuration. ' +
    'Set it (CLIENT SETNAME, or the option of the client) to the name of the program.',
  check({ clientList: { now } }, { threshold }) {
    const applications = now.filter(isApplication);
    const unnamed = applications.filter(({ name, library }) => name === '' && (library ?? '') === '');
    const share = unnamed.length / Math.max(1, applications.length);
    if (applications.length < FEWEST || share <= threshold('share', SHARE)) return;
    return {
      severity: 'info',
      headline: `${unnamed.length} of ${applications.length} connections have no name, so their commands cannot be traced to a program`,
      evidence: [
        {
          field: 'clients without name and lib-name',
          value: percent(share),
          expected: `<= ${percent(threshold('share', SHARE))}`,
        },
      ],
    };
  },
});

/** Neither replicas nor the link to our primary, nor us. */
function isApplication({ flags, name }: Client): boolean {
  return !/[SM]/.test(flags) && !name.startsWith('redis-medic');
}
