import { ReplyError } from '../../domain/command.ts';
import { ConnectionLost } from '../../domain/connection-lost.ts';
import { Info, parseInfo } from '../../domain/info.ts';
import type { KeySample } from '../../domain/keys/key-sample.ts';
import type { ScanPlace, ScanProgress } from '../../domain/keys/key-scan.ts';
import { mergeSamples } from '../../domain/keys/merge-samples.ts';
import { INFO_EVERYTHING, type Probe } from '../../domain/probe.ts';
import { groupOf } from '../../domain/replication-group.ts';
import type { Shelf } from '../../domain/shelf.ts';
import { type ProbeOutcome, type ReadNode, readNodes, type Snapshot } from '../../domain/snapshot.ts';
import type { Clock, KeySession, Servers } from '../ports.ts';
import { scanKeys } from './scan-keys.ts';
import { KEY_BUDGET, type KeyBudget } from './scan-options.ts';

export interface KeyDeps {
  servers: Pick<Servers, 'readKeys'>;
  probes: Shelf<Probe<unknown>>;
  clock: Clock;
}

export interface KeyOptions {
  budget?: KeyBudget;
  signal?: AbortSignal;
  /** What has been seen of a server so far, and where it would go on. */
  progress?: (node: string, done: ScanProgress) => void;
  /** Where the scan before this one ended, by node name. */
  from?: ReadonlyMap<string, ScanPlace>;
  /** What a scan that died had seen before it got to `from`: added to what this one sees. */
  before?: ReadonlyMap<string, KeySample>;
}

/**
 * Samples the keys of each replication group, on a replica that is in sync where there is one, and adds what was seen
 * to the snapshot. The members of a group hold the same keys, so that what one tells counts for all.
 */
export async function sampleKeys(deps: KeyDeps, snapshot: Snapshot, options: KeyOptions = {}): Promise<Snapshot> {
  const began = deps.clock.now();
  const groups = groupsOf(snapshot);
  const budget = shareOf(options.budget ?? KEY_BUDGET, groups.length);
  const outcomes = new Map<ReadNode, ProbeOutcome>();
  await Promise.all(
    groups.map(async (members) => {
      const outcome = await sampleGroup(deps, snapshot, members, { ...options, budget });
      for (const member of members) outcomes.set(member, outcome);
    }),
  );
  const ofKeys = [...deps.probes.values()].filter(({ asks }) => asks === 'keys');
  const nodes = snapshot.nodes.map((node) => {
    const outcome = node.kind === 'read' ? outcomes.get(node) : undefined;
    if (node.kind !== 'read' || !outcome) return node;
    return { ...node, outcomes: new Map([...node.outcomes, ...ofKeys.map((probe) => [probe, outcome] as const)]) };
  });
  return { ...snapshot, nodes, tookMs: snapshot.tookMs + Math.round(deps.clock.now() - began) };
}

function groupsOf(snapshot: Snapshot): ReadNode[][] {
  return [
    ...new Map(readNodes(snapshot).map((node) => [groupOf(snapshot, node)[0].name, groupOf(snapshot, node)])).values(),
  ];
}

/** The whole scan has one budget of keys and measurements, and each group its own time: they run beside each other. */
function shareOf(budget: KeyBudget, groups: number): KeyBudget {
  const share = (whole: number) => Math.ceil(whole / Math.max(1, groups));
  return { ...budget, keys: share(budget.keys), measured: share(budget.measured) };
}

async function sampleGroup(
  deps: KeyDeps,
  snapshot: Snapshot,
  members: readonly ReadNode[],
  options: KeyOptions,
): Promise<ProbeOutcome> {
  let why = 'no server of the group could be asked for its keys';
  // Replicas first: nobody waits for them.
  for (const node of members.toSorted(
    (one, other) => Number(other.identity.role === 'replica') - Number(one.identity.role === 'replica'),
  )) {
    const opened = await deps.servers.readKeys(node.address, snapshot.target);
    if (opened.kind === 'refused') {
      why = `${node.name}: ${opened.detail}`;
      continue;
    }
    try {
      const sampled = await sampleNode(deps, opened.session, node, snapshot, options);
      if (typeof sampled !== 'string') return { kind: 'read', reading: { now: sampled, seconds: 0 } };
      why = sampled;
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      why = `${node.name}: ${error.message}`;
    } finally {
      opened.session.close();
    }
  }
  return { kind: 'unanswered', reason: why };
}

/** The sample, or why this server is not the one to ask. */
async function sampleNode(
  { clock }: KeyDeps,
  session: KeySession,
  node: ReadNode,
  { target }: Snapshot,
  { budget, signal, progress, from, before }: KeyOptions,
): Promise<KeySample | string> {
  const { replies } = await session.ask([INFO_EVERYTHING]);
  const [reply] = replies;
  if (reply instanceof ReplyError) return `${node.name}: ${reply.message}`;
  const info = parseInfo(typeof reply === 'string' ? reply : '');
  if (info.number('loading') === 1) return `${node.name} is loading its data`;
  if (info.text('role') === 'slave' && info.text('master_link_status') !== 'up') return `${node.name} is not in sync`;
  const place = from?.get(node.name);
  const earlier = before?.get(node.name);
  const whole = (seen: KeySample) => (earlier ? mergeSamples(earlier, seen) : seen);
  const { sample: seen, place: next } = await scanKeys(session, clock, {
    node: node.name,
    runId: node.identity.runId,
    databases: databasesOf(info),
    cluster: node.identity.mode === 'cluster',
    replica: info.text('role') === 'slave',
    frequency: info.text('maxmemory_policy')?.endsWith('lfu') === true,
    showNames: target.keyNames === 'shown',
    queues: target.queues ?? [],
    mustExpire: target.mustExpire ?? [],
    ...(budget && { budget }),
    ...(signal && { signal }),
    ...(place && { from: place }),
    progress: (done) => progress?.(node.name, { ...done, sample: whole(done.sample) }),
  });
  const sample = whole(seen);
  if (sample.seen === 0 && sample.denied.length > 0) return `NOPERM: ${sample.denied.join(', ')}`;
  if (sample.seen === 0 && sample.total > 0) return NOT_BEGUN[sample.ended] ?? `${node.name}: the scan saw nothing`;
  progress?.(node.name, { sample, place: next });
  return sample;
}

const NOT_BEGUN: Readonly<Partial<Record<KeySample['ended'], string>>> = {
  cpu: 'the server is at the limit of its processor, so its keys were not sampled',
  latency: 'the server answered slower as soon as its keys were sampled, so that was stopped at once',
  cancelled: 'the scan of the keys was cancelled before it saw one',
  lost: 'the connection was lost before a key was seen',
};

function databasesOf(info: Info): Map<number, number> {
  const found = new Map<number, number>();
  for (const [rest, value] of info.withPrefix('db')) {
    const keys = Number(Info.parts(value).get('keys'));
    if (/^\d+$/.test(rest) && keys > 0) found.set(Number(rest), keys);
  }
  return found;
}
