import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import hostDisk from '../../probes/host-disk.ts';
import config from '../../probes/persistence-config.ts';

/** What a request to the disk takes with its wait, on average, in ms. */
const WARNING = 20;
/** Of fewer requests the average says little. */
const ENOUGH = 10;

/** The disk below the data is slow to answer while the append-only file is written to it. */
export default defineRule({
  scope: 'node',
  needs: { config },
  more:
    'With the append-only file on, the server waits for the disk: at once with appendfsync always, and with everysec as soon as one fsync takes longer than a second. ' +
    'Usually another process writes to the same disk (a backup, a rewrite, a log), the volume ran out of its burst credits, or it is failing. ' +
    'Find who writes (iotop, iostat -x), move the append-only file to a disk of its own, or leave the writing to a replica.',
  explains: [
    'aof-fsync-delayed',
    'aof-fsync-always-slow',
    'rdb-save-stuck',
    'event-loop-saturated',
    'rdb-stale-save',
    'replica-sync-stalled',
  ],
  tells: 'iostat -x 1 shows a high w_await of this disk in the slow moments.',
  check({ config: { now: settings } }, { node, threshold }) {
    if (settings.appendonly !== 'yes' || settings.appendfsync === 'no') return;
    const disk = readingOf(node, hostDisk);
    if (disk.now.work === undefined)
      return { unassessed: 'the kernel counts no requests for the file system of the data' };
    const requests = growth(disk, ({ work }) => work?.requests);
    const waited = growth(disk, ({ work }) => work?.milliseconds);
    if (requests === undefined || waited === undefined) return { unassessed: 'two looks at the disk are needed' };
    const warning = threshold('warning_ms', WARNING);
    if (requests < ENOUGH || waited / requests <= warning) return;
    const each = Math.round(waited / requests);
    return {
      severity: 'warning',
      headline: `A request to the disk of the data takes ${each} ms, with appendfsync ${settings.appendfsync ?? 'unknown'}`,
      evidence: [
        { field: `await of ${disk.now.work.device}`, value: `${each} ms`, expected: `<= ${warning} ms` },
        { field: 'requests', value: `+${requests}`, expected: '' },
      ],
    };
  },
});
