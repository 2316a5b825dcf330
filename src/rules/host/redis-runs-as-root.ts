import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import process from '../../probes/host-process.ts';
import security, { servesOtherHosts } from '../../probes/security-config.ts';

/** The server has every right on its host. */
export default defineRule({
  scope: 'node',
  needs: { process },
  more:
    'Whoever gets the server to write a file, by a bug, a module or CONFIG SET dir, owns the host: that is how exposed servers are taken over. ' +
    'Usually it was started by hand, by an init script of its own, or in a container without a user. ' +
    'Run it as an account that owns nothing but its data folder (User= of the unit, or a user of the image), and give that the files first.',
  check({ process: { now } }, { node }) {
    if (now.uid === undefined) return { unassessed: 'the host does not tell the user of the process' };
    if (now.uid !== 0) return;
    const config = readingIfAny(node, security)?.now;
    const exposed = config === undefined || servesOtherHosts(config, node);
    return {
      severity: !exposed ? 'info' : now.container ? 'warning' : 'high',
      headline: exposed
        ? 'The server runs as root and takes commands from other machines'
        : 'The server runs as root; it takes commands from its own machine only',
      evidence: [
        { field: 'Uid of the process', value: '0', expected: 'an account of its own' },
        ...(config ? [{ field: 'bind', value: config.bind, expected: '' }] : []),
      ],
    };
  },
});
