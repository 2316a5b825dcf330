import { defineRule } from '../../domain/rule.ts';
import { historyOf } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import replication from '../../probes/replication.ts';

/** What else is found within this time may still be settling. */
const RECENT_MS = 10 * 60_000;

/** What a server is to its peers. */
interface Standpoint {
  at: number;
  runId: string;
  role: 'primary' | 'replica';
  replId: string | undefined;
}

export default defineRule({
  scope: 'node',
  needs: { replication },
  more:
    'Another server writes now, or this one holds another history of the data than before: links, buffers and clients may still be settling. ' +
    'Usually a failover, by Sentinel, the cluster or a person, or the first replica of a server. ' +
    'If nobody meant it, find out why the old primary was given up before you change anything.',
  check({ replication: { now, before, seconds } }, { node, snapshot }) {
    const { takenAt } = snapshot;
    const { runId, role } = node.identity;
    const here: Standpoint = { at: takenAt, runId, role, replId: now.master_replid };
    const earlier = historyOf(snapshot, node)
      .filter(({ at }) => takenAt - at <= RECENT_MS)
      .map((point): Standpoint => ({ ...point, replId: point.replId }));
    if (before) {
      const then = before.role === 'slave' ? 'replica' : 'primary';
      earlier.push({ at: takenAt - seconds * 1000, runId, role: then, replId: before.master_replid });
    }
    // A new role brings another history soon after.
    const other =
      earlier.findLast((standpoint) => standpoint.role !== here.role) ??
      earlier.findLast((standpoint) => changed(standpoint, here) !== undefined);
    if (!other && historyOf(snapshot, node).length === 0) {
      return {
        unassessed: 'one look sees no change of role: the running bot watches its targets and would have seen it',
      };
    }
    if (!other) return;
    const ago = duration((takenAt - other.at) / 1000);
    return {
      severity: 'info',
      headline: `${node.name} ${changed(other, here)} within the last ${ago}`,
      evidence: [
        { field: 'role', value: here.role, expected: `${other.role}, as before` },
        { field: 'master_replid', value: short(here.replId), expected: `${short(other.replId)}, as before` },
      ],
    };
  },
});

/** What became of it since; undefined when nothing did. A restart alone is told elsewhere. */
function changed(then: Standpoint, now: Standpoint): string | undefined {
  if (then.role !== now.role) return now.role === 'primary' ? 'became a primary' : 'became a replica';
  const isOther = then.replId !== undefined && now.replId !== undefined && then.replId !== now.replId;
  return isOther && then.runId === now.runId ? 'began another history of its data' : undefined;
}

function short(id: string | undefined): string {
  return id === undefined ? 'not told' : `${id.slice(0, 8)}…`;
}
