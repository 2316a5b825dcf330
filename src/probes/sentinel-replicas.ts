import { defineProbe } from '../domain/probe.ts';
import { aboutMaster, entriesIn, type SentinelEntry } from '../domain/sentinel.ts';

/** The replicas as a Sentinel sees them: from these it would choose the next primary. */
export default defineProbe({
  asks: 'sentinel',
  sampled: 'pair',
  allows: [['SENTINEL', 'REPLICAS']],
  fields: {},
  commands: (_server, _info, target) => aboutMaster(target, 'REPLICAS'),
  read: ([reply]) => entriesIn(reply).map(readReplica),
});

function readReplica(entry: SentinelEntry) {
  return {
    name: entry.text('name'),
    address: entry.address,
    runId: entry.text('runid'),
    flags: entry.flags,
    downMs: entry.number('s-down-time'),
    /** Since a valid answer to PING. */
    pingMs: entry.number('last-ok-ping-reply'),
    /** Since its INFO was read; every 10 s, every second while the master is down. */
    infoMs: entry.number('info-refresh'),
    roleReported: entry.text('role-reported'),
    roleReportedMs: entry.number('role-reported-time'),
    linkStatus: entry.text('master-link-status'),
    linkDownMs: entry.number('master-link-down-time'),
    priority: entry.number('slave-priority'),
  };
}

export type WatchedReplica = ReturnType<typeof readReplica>;
