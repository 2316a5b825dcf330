import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../demo/redis-server.ts';
import type { Plan, PlannedCommand, Refusal } from '../../src/domain/action.ts';
import { type Command, ReplyError } from '../../src/domain/command.ts';
import { RunId } from '../../src/domain/ids.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { nodeNamed, type Snapshot } from '../../src/domain/snapshot.ts';
import { nodeName, parseNodeName, type Target } from '../../src/domain/target.ts';
import { drift } from '../../src/flow/fingerprint.ts';
import { observe } from '../../src/flow/observe.ts';
import type { DeedContext } from '../../src/flow/ports.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { plainTarget } from './target.ts';
import type { TestWorks } from './works.ts';

const { probes, actions } = await loadShelves();

/** A field of INFO. */
export async function field(server: RedisServer, name: string): Promise<string | undefined> {
  return parseInfo(textReply(await server.send('INFO', 'everything'))).text(name);
}

/** Waits until a replica has its copy. */
export async function linked(replica: RedisServer): Promise<void> {
  const end = Date.now() + 15_000;
  while ((await field(replica, 'master_link_status')) !== 'up') {
    if (Date.now() > end) throw new Error(`${nodeName(replica)} has no link`);
    await sleep(50);
  }
}

/** A target on real servers whose backups are known to the plans. */
export interface Stage {
  works: TestWorks;
  target: Target;
  servers: readonly RedisServer[];
}

export function stage(works: TestWorks, servers: readonly RedisServer[], over: Partial<Target> = {}): Stage {
  return { works, servers, target: plainTarget({ seeds: servers, ...over }) };
}

function look({ works: { works }, target }: Stage): Promise<Snapshot> {
  const { servers, clock, catalog } = works;
  return observe({ servers, clock, probes, ledger: catalog }, target, { seconds: 0 });
}

export async function planOn(on: Stage, id: string, args: unknown = {}): Promise<Plan<unknown> | Refusal> {
  const snapshot = await look(on);
  const node = nodeNamed(snapshot, nodeName(on.servers[0] as RedisServer));
  const action = actions.get(id);
  if (node?.kind !== 'read' || !action) throw new Error(`no ${id}, or it could not be read`);
  return action.plan(args, snapshot, node);
}

export async function mustPlanOn(...ask: Parameters<typeof planOn>): Promise<Plan<unknown>> {
  const plan = await planOn(...ask);
  if ('refused' in plan) throw new Error(`refused: ${plan.refused}`);
  return plan;
}

export async function refusalOn(...ask: Parameters<typeof planOn>): Promise<string> {
  const plan = await planOn(...ask);
  return 'refused' in plan ? plan.refused : '';
}

/** Does the commands of a plan as a run does; gives what each answered. Stops, as a run does, at the first that fails. */
export async function perform(on: Stage, commands: readonly PlannedCommand[]): Promise<string[]> {
  const said: string[] = [];
  const closers: (() => Promise<void>)[] = [];
  try {
    for (const command of commands) {
      said.push(await one(on, command, closers));
      await awaitShown(on, command);
    }
    return said;
  } finally {
    for (const close of closers) await close();
  }
}

/** Does one thing that redis-medic does itself, about the first server of a stage; gives its answer. */
export async function deed(on: Stage, argv: Command, over: Partial<DeedContext> = {}): Promise<string> {
  const [server] = on.servers;
  if (!server) throw new Error('no server');
  const sent = await on.works.deeds.get(argv[0])?.(argv, {
    run: RunId.parse('run_0123456789'),
    node: { host: server.host, port: server.port },
    target: on.target,
    signal: new AbortController().signal,
    progress: () => {},
    atEnd: () => {},
    ...over,
  });
  if (sent?.kind !== 'answered') throw new Error(`${argv.join(' ')}: ${sent?.why ?? 'no such deed'}`);
  return textReply(sent.reply);
}

async function one(on: Stage, { via, node, argv }: PlannedCommand, closers: (() => Promise<void>)[]): Promise<string> {
  const name = `${node}> ${argv.join(' ')}`;
  if (via === 'medic') {
    return deed(on, argv, { node: parseNodeName(node), atEnd: (close) => closers.push(close) });
  }
  const [head, ...words] = argv;
  const reply = await on.servers.find((server) => nodeName(server) === node)?.send(head, ...words);
  if (reply === undefined || reply instanceof ReplyError)
    throw new Error(`${name}: ${reply?.message ?? 'no such server'}`);
  return typeof reply === 'string' ? reply : JSON.stringify(reply);
}

async function awaitShown(on: Stage, { argv, until }: PlannedCommand): Promise<void> {
  if (!until) return;
  const end = Date.now() + Math.min(60, until.withinSeconds) * 1000;
  for (;;) {
    const [first] = drift(until.shows ?? [], await look(on), probes).changed;
    if (!first) return;
    if (Date.now() > end) throw new Error(`${argv.join(' ')}: ${first.expectation.reading} is ${first.now}`);
    await sleep(50);
  }
}
