import { describeCaller } from '../../domain/caller.ts';
import { defineRule } from '../../domain/rule.ts';
import { duration } from '../../domain/units.ts';
import clientList from '../../probes/client-list.ts';

export default defineRule({
  scope: 'node',
  needs: { clientList },
  explains: [
    'client-output-buffer-bloat',
    'engine-cpu-saturated',
    'event-loop-saturated',
    'network-saturated',
    'client-obl-disconnects',
  ],
  tells: 'The load falls at once when the client with cmd=monitor in CLIENT LIST is gone.',
  more:
    'MONITOR sends every command of every client to the one that watches: up to half the throughput, and every value that is written. ' +
    'Usually somebody forgot a debugging session. ' +
    'Ask its owner to end it, or kill the connection by its id.',
  check({ clientList }) {
    const watching = clientList.now.filter(({ flags }) => flags.includes('O'));
    if (watching.length === 0) return;
    return {
      severity: 'high',
      headline: `${watching.length === 1 ? 'A client watches' : `${watching.length} clients watch`} every command with MONITOR`,
      evidence: watching.slice(0, 5).map(({ id, addr, name, age, omem }) => ({
        field: `client id=${id} flags`,
        value: `O: ${describeCaller(addr, name)}, connected for ${duration(age)}, omem ${omem}`,
        expected: 'no client with flag O',
      })),
    };
  },
});
