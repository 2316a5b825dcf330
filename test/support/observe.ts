import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../demo/redis-server.ts';
import { TargetName } from '../../src/domain/ids.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { NotAnswered, type Probe, textReply } from '../../src/domain/probe.ts';
import { identify } from '../../src/domain/server.ts';
import type { Shelf } from '../../src/domain/shelf.ts';
import type { ProbeOutcome, ReadNode, Snapshot } from '../../src/domain/snapshot.ts';
import { nodeName, type Target } from '../../src/domain/target.ts';

/** A snapshot of real servers, all probes asked at two moments. */
export async function observe(
  servers: readonly RedisServer[],
  probes: Shelf<Probe<unknown>>,
  { target = {}, seconds = 0.2 }: { target?: Partial<Target>; seconds?: number } = {},
): Promise<Snapshot> {
  const before = await Promise.all(servers.map((server) => sample(server, probes)));
  await sleep(seconds * 1000);
  const now = await Promise.all(servers.map((server) => sample(server, probes)));
  const nodes = now.map((node, at): ReadNode => {
    const earlier = before[at];
    const outcomes = [...node.outcomes].map(([probe, outcome]): [Probe<unknown>, ProbeOutcome] => {
      const old = earlier?.outcomes.get(probe);
      const paired = probe.sampled === 'pair' && old?.kind === 'read' && outcome.kind === 'read';
      return [
        probe,
        paired ? { kind: 'read', reading: { ...outcome.reading, before: old.reading.now, seconds } } : outcome,
      ];
    });
    return { ...node, outcomes: new Map(outcomes) };
  });
  const seeds = servers.map(({ host, port }) => ({ host, port }));
  const plain: Target = {
    name: TargetName.parse('live'),
    kind: servers.length > 1 ? 'replication' : 'standalone',
    seeds,
    credentials: {},
    objectives: {},
    environment: 'test',
    owners: [],
    alertLabels: {},
    thresholds: {},
  };
  return { target: { ...plain, ...target }, nodes, takenAt: 1_800_000_000_000, tookMs: seconds * 1000 };
}

async function sample(server: RedisServer, probes: Shelf<Probe<unknown>>): Promise<ReadNode> {
  const info = parseInfo(textReply(await server.send('INFO', 'everything')));
  const identity = identify(info);
  if (!identity) throw new Error('not a Redis server');
  const outcomes = new Map<Probe<unknown>, ProbeOutcome>();
  for (const probe of probes.values()) {
    const commands = probe.commands(identity, info);
    if (typeof commands === 'string') {
      outcomes.set(probe, { kind: 'unanswered', reason: commands });
      continue;
    }
    const replies = await Promise.all(commands.map((command) => server.send(...command)));
    try {
      outcomes.set(probe, { kind: 'read', reading: { now: probe.read(replies, identity), seconds: 0 } });
    } catch (error) {
      if (!(error instanceof NotAnswered)) throw error;
      outcomes.set(probe, { kind: 'unanswered', reason: error.message });
    }
  }
  const address = { host: server.host, port: server.port };
  return { kind: 'read', name: nodeName(address), address, origin: 'seed', identity, outcomes };
}
