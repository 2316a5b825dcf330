import { defineProbe, NotAnswered } from '../domain/probe.ts';
import { aboutMaster, masterAddress, SentinelEntry } from '../domain/sentinel.ts';
import { type ReadNode, readingIfAny, type Snapshot } from '../domain/snapshot.ts';
import { nodeName } from '../domain/target.ts';
import sentinelInfo, { justStarted } from './sentinel-info.ts';

/** What a Sentinel believes of the master, and how it is told to watch it. */
const sentinelMaster = defineProbe({
  asks: 'sentinel',
  sampled: 'pair',
  allows: [
    ['SENTINEL', 'MASTER'],
    ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME'],
  ],
  fields: {
    primary: 'text',
    state: 'text',
    quorum: 'number',
    otherSentinels: 'number',
    replicas: 'number',
    downAfterMs: 'number',
    failoverTimeoutMs: 'number',
    parallelSyncs: 'number',
  },
  commands: (_server, _info, target) => aboutMaster(target, 'MASTER', 'GET-MASTER-ADDR-BY-NAME'),
  read([master, address]) {
    const entry = new SentinelEntry(master);
    const toldToClients = masterAddress(address);
    const watched = entry.address;
    if (!watched || !toldToClients) throw new NotAnswered('the Sentinel names no address of the master');
    return {
      address: watched,
      /** During a failover that of the replica that takes over. */
      toldToClients,
      runId: entry.text('runid'),
      flags: entry.flags,
      /** The two above as plain values: `10.0.0.1:6379`; `master`, `master,s_down` … */
      primary: nodeName(toldToClients),
      state: entry.text('flags'),
      replicas: entry.number('num-slaves'),
      roleReported: entry.text('role-reported'),
      /** Since it reports that role; begins again when the Sentinel starts or turns to another address. */
      roleReportedMs: entry.number('role-reported-time'),
      downMs: entry.number('s-down-time'),
      agreedDownMs: entry.number('o-down-time'),
      configEpoch: entry.number('config-epoch'),
      quorum: entry.number('quorum'),
      otherSentinels: entry.number('num-other-sentinels'),
      downAfterMs: entry.number('down-after-milliseconds'),
      failoverTimeoutMs: entry.number('failover-timeout'),
      parallelSyncs: entry.number('parallel-syncs'),
    };
  },
});
export default sentinelMaster;

/** A Sentinel that has just started and knows fewer others than we do: it has not been greeted by all yet. */
export function isStranger(snapshot: Snapshot, sentinel: ReadNode): boolean {
  const others = readingIfAny(sentinel, sentinelMaster)?.now.otherSentinels ?? 0;
  return justStarted(sentinel) && others + 1 < snapshot.sentinels.length;
}

export type MasterView = ReturnType<typeof sentinelMaster.read>;

/** Why a Sentinel must be left alone now: it acts by itself, or does not act at all. */
export function busyBecause(by: ReadNode, { flags }: MasterView): string | undefined {
  if (flags.includes('failover_in_progress')) return `${by.name} is failing over already`;
  if (flags.some((flag) => flag === 's_down' || flag === 'o_down')) {
    return `${by.name} counts the primary as down: the Sentinels are about to act by themselves`;
  }
  return readingIfAny(by, sentinelInfo)?.now.sentinel_tilt === 1
    ? `${by.name} is in TILT mode and takes part in nothing for 30 s: look at its host and clock first`
    : undefined;
}
