import { defineRule } from '../../domain/rule.ts';
import { duration } from '../../domain/units.ts';
import log from '../../probes/host-log.ts';
import server from '../../probes/server.ts';

/** A loss at a start of less than a day ago is still to be dealt with. */
const RECENT_SECONDS = 86_400;

/** At its last start the server cut off the end of its append-only file. */
export default defineRule({
  scope: 'node',
  needs: { log, server },
  more:
    'The append-only file ended in the middle of a command, so the server threw that end away and went on (aof-load-truncated yes): the last writes before the stop are lost, on this node. ' +
    'The usual cause is a crash, a power cut or a full disk while it was written. ' +
    'Compare with a replica or the application what is missing, and see why the server did not stop in order.',
  check({ log: { now }, server: { now: info } }, { threshold }) {
    if (now.truncated === undefined) return;
    const since = info.uptime_in_seconds;
    const recent = since < threshold('recent_seconds', RECENT_SECONDS);
    return {
      severity: recent ? 'high' : 'info',
      headline: `At its start ${duration(since)} ago the server cut off the damaged end of its append-only file`,
      evidence: [
        { field: 'log of the server', value: now.truncated, expected: 'an append-only file that is read to its end' },
      ],
    };
  },
});
