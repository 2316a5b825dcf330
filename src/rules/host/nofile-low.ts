import { defineRule } from '../../domain/rule.ts';
import { percent } from '../../domain/units.ts';
import clients from '../../probes/clients.ts';
import limits from '../../probes/host-limits.ts';

/** Files that a server keeps for itself (CONFIG_MIN_RESERVED_FDS). */
const RESERVED = 32;
/** What maxclients is where nobody sets it. */
const DEFAULT_CLIENTS = 10_000;
const WARNING = 0.8;
const HIGH = 0.95;

/** The limit of open files keeps the server from connections that it should take. */
export default defineRule({
  scope: 'node',
  needs: { limits, clients },
  more:
    'Each connection is an open file, and at the limit new ones are refused although maxclients may look generous: the server lowers that to what the limit allows when it starts. ' +
    'Usually it was started from a shell or a unit without LimitNOFILE; fs.file-max is for the whole system and does not help. ' +
    "Set LimitNOFILE of the unit (or ulimit -n, or the container's nofile) to maxclients + 32 at the least and restart the server.",
  explains: ['connections-rejected', 'maxclients-near', 'maxclients-capped-by-ulimit'],
  tells: 'The limit of open files in /proc/PID/limits is lower than maxclients + 32.',
  check({ limits: { now: own }, clients: { now } }, { threshold }) {
    const { nofile } = own;
    if (nofile === undefined) return { unassessed: 'the limits of the process do not name its open files' };
    const room = nofile - RESERVED;
    const used = now.connected_clients / Math.max(1, room);
    const warning = threshold('warning', WARNING);
    const evidence = [
      {
        field: 'Max open files',
        value: String(nofile),
        expected: `>= ${Math.max(DEFAULT_CLIENTS, now.maxclients ?? 0) + RESERVED}`,
      },
      { field: 'maxclients', value: String(now.maxclients ?? 'unknown'), expected: `<= ${room}` },
      { field: 'connected_clients', value: String(now.connected_clients), expected: `< ${Math.floor(room * warning)}` },
    ];
    if (used >= warning) {
      return {
        severity: used >= threshold('high', HIGH) ? 'high' : 'warning',
        headline: `Connections take ${percent(used)} of the files that the process may open (${nofile})`,
        evidence,
      };
    }
    // Lowered by the server itself: just what the limit leaves.
    if (now.maxclients !== room || room >= DEFAULT_CLIENTS) return;
    return {
      severity: 'info',
      headline: `The limit of open files (${nofile}) made the server lower maxclients to ${room}`,
      evidence,
    };
  },
});
