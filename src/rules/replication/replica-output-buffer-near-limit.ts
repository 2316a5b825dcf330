import { cutAt, replicaLimit } from '../../domain/output-buffer.ts';
import { printable } from '../../domain/printable.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import { bytes, duration, percent } from '../../domain/units.ts';
import replicaLinks from '../../probes/replica-links.ts';
import replication from '../../probes/replication.ts';
import replicationConfig from '../../probes/replication-config.ts';

const WARNING = 0.6;
const CRITICAL = 0.9;

/** The output buffer of a replica link fills up: at its limit the primary cuts the link. */
export default defineRule({
  scope: 'node',
  needs: { replication, replicaLinks },
  more:
    'The primary holds what the replica has not taken yet, and cuts the link when client-output-buffer-limit for ' +
    'replicas is reached; a full sync then starts over and fails again if the limit is too small for it. Usually the ' +
    'replica is slow, stopped or in a long full sync. Find what holds it up, and size the limit for one whole sync.',
  explains: ['replica-full-resync-loop', 'client-obl-disconnects', 'overhead-dominates-maxmemory'],
  tells:
    'mem_clients_slaves (7.0 and newer: mem_total_replication_buffers) of INFO memory is about what memory has grown by.',
  check({ replication: { now }, replicaLinks: { now: links, before } }, { node, threshold }) {
    const fullest = links.toSorted((one, other) => other.omem - one.omem)[0];
    if (!fullest) return;
    const limit = replicaLimit(readingOf(node, replicationConfig).now.client_output_buffer_limit ?? '');
    if (!limit) return { unassessed: 'CONFIG GET client-output-buffer-limit shows no limit for replicas' };
    const { omem } = fullest;
    const hard = cutAt(limit, node.identity.version, now.repl_backlog_size);
    const share = hard > 0 ? omem / hard : 0;
    const earlier = before?.find(({ id }) => id === fullest.id)?.omem ?? omem;
    const overSoft = limit.soft > 0 && omem >= limit.soft;
    const warning = threshold('warning', WARNING);
    if (share < warning && !overSoft) return;
    const staysOver = overSoft && earlier >= limit.soft && omem >= earlier;
    return {
      severity: share >= threshold('critical', CRITICAL) || staysOver ? 'critical' : 'warning',
      headline: overSoft
        ? `A replica link holds ${bytes(omem)} of output: above ${bytes(limit.soft)} for ${duration(limit.softSeconds)} it is cut`
        : `A replica link holds ${bytes(omem)} of output, ${percent(share)} of the ${bytes(hard)} at which it is cut`,
      evidence: [
        {
          field: `client id=${fullest.id} omem`,
          value: `${omem} (${printable(fullest.addr)})`,
          expected: `< ${Math.floor(overSoft ? limit.soft : warning * hard)}`,
        },
        {
          field: 'client-output-buffer-limit replica',
          value: `${limit.hard} ${limit.soft} ${limit.softSeconds}`,
          expected: 'room for one whole full sync',
        },
        ...(hard > limit.hard
          ? [
              {
                field: 'repl_backlog_size',
                value: String(hard),
                expected: 'counts as the hard limit where it is larger',
              },
            ]
          : []),
      ],
    };
  },
});
