import type { RedisServer } from '../../demo/redis-server.ts';
import type { Command, Reply } from '../../src/domain/command.ts';
import { TargetName } from '../../src/domain/ids.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { NotAnswered, type Probe, textReply } from '../../src/domain/probe.ts';
import { identify, type ServerIdentity } from '../../src/domain/server.ts';
import type { Shelf } from '../../src/domain/shelf.ts';
import type { ProbeOutcome, Snapshot } from '../../src/domain/snapshot.ts';
import { nodeName, type Target } from '../../src/domain/target.ts';

/** Two samples of one real server, with what the test lets happen between them. */
export async function observeServer(
  server: RedisServer,
  probes: Shelf<Probe<unknown>>,
  meanwhile: () => Promise<unknown>,
  wanted: Partial<Target> = {},
): Promise<Snapshot> {
  const before = await sample(server, probes);
  await meanwhile();
  const now = await sample(server, probes);
  const seconds = (now.at - before.at) / 1000;
  const outcomes = new Map<Probe<unknown>, ProbeOutcome>();
  for (const probe of probes.values()) {
    const [first, second] = [before.read(probe), now.read(probe)];
    if (typeof second === 'string') outcomes.set(probe, { kind: 'unanswered', reason: second });
    else {
      const pair =
        probe.sampled === 'pair' && typeof first !== 'string' ? { before: first.value, seconds } : { seconds: 0 };
      outcomes.set(probe, { kind: 'read', reading: { now: second.value, ...pair } });
    }
  }
  const { host, port } = server;
  const name = nodeName({ host, port });
  const target: Target = {
    name: TargetName.parse(name),
    kind: 'standalone',
    seeds: [{ host, port }],
    credentials: {},
    objectives: {},
    environment: 'test',
    owners: [],
    alertLabels: {},
    thresholds: {},
    ...wanted,
  };
  const { identity } = now;
  return {
    target,
    nodes: [{ kind: 'read', name, address: { host, port }, origin: 'seed', identity, outcomes }],
    takenAt: now.at,
    tookMs: now.at - before.at,
  };
}

interface Sample {
  at: number;
  identity: ServerIdentity;
  read(probe: Probe<unknown>): { value: unknown } | string;
}

async function sample(server: RedisServer, probes: Shelf<Probe<unknown>>): Promise<Sample> {
  const info = parseInfo(textReply(await server.send('INFO', 'everything')));
  const identity = identify(info);
  if (!identity) throw new Error('not a Redis server');
  const answers = new Map<Probe<unknown>, readonly Reply[] | string>();
  for (const probe of probes.values()) {
    const commands = probe.commands(identity, info);
    answers.set(probe, typeof commands === 'string' ? commands : await ask(server, commands));
  }
  return {
    at: Date.now(),
    identity,
    read(probe) {
      const replies = answers.get(probe) ?? 'not asked';
      if (typeof replies === 'string') return replies;
      try {
        return { value: probe.read(replies, identity) };
      } catch (error) {
        if (error instanceof NotAnswered) return error.message;
        throw error;
      }
    },
  };
}

async function ask(server: RedisServer, commands: readonly Command[]): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (const [name, ...words] of commands) replies.push(await server.send(name, ...words));
  return replies;
}
