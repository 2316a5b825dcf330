import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { RedisServer } from '../../demo/redis-server.ts';
import type { Expectation, Plan, PlannedCommand, Refusal } from '../../src/domain/action.ts';
import { ReplyError } from '../../src/domain/command.ts';
import { nodeNamed, readNodes, type Snapshot } from '../../src/domain/snapshot.ts';
import { nodeName, type Target } from '../../src/domain/target.ts';
import { drift, fingerprint, overstepped } from '../../src/flow/fingerprint.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { observe } from './observe.ts';

const { probes, actions } = await loadShelves();

/** A real deployment: whom a target names, and every server and Sentinel that a command may go to. */
export interface Deployment {
  seeds: readonly RedisServer[];
  all: readonly RedisServer[];
  target?: Partial<Target>;
}

export function lookAt({ seeds, target = {} }: Deployment, seconds = 0.2): Promise<Snapshot> {
  return observe(seeds, probes, { target, seconds });
}

/** Plans an action for a node as the program does, from two looks. */
export async function planFor(
  deployment: Deployment,
  id: string,
  on?: RedisServer,
  args: unknown = {},
): Promise<Plan<unknown> | Refusal> {
  const snapshot = await lookAt(deployment);
  const node = on ? nodeNamed(snapshot, nodeName(on)) : readNodes(snapshot)[0];
  if (node?.kind !== 'read') throw new Error(`${on ? nodeName(on) : 'nobody'} was not read`);
  const action = actions.get(id);
  if (!action) throw new Error(`no ${id}`);
  const plan = action.plan(args, snapshot, node);
  if ('refused' in plan) return plan;
  const live = await lookAt(deployment, 0);
  const again = nodeNamed(live, node.name);
  if (again?.kind !== 'read') throw new Error(`${node.name} was not read again`);
  expect(action.plan(plan.args, live, again), 'planned again as it is before it runs').not.toHaveProperty('refused');
  fingerprint(plan.watches, snapshot, probes);
  return plan;
}

export async function refusalFor(...ask: Parameters<typeof planFor>): Promise<string> {
  const plan = await planFor(...ask);
  return 'refused' in plan ? plan.refused : '';
}

export async function mustPlanFor(...ask: Parameters<typeof planFor>): Promise<Plan<unknown>> {
  const plan = await planFor(...ask);
  if ('refused' in plan) throw new Error(`refused: ${plan.refused}`);
  return plan;
}

/** Sends commands one after the other and waits for what each must show, as a run does. */
export async function carryOut(deployment: Deployment, commands: readonly PlannedCommand[]): Promise<void> {
  for (const command of commands) {
    const [head, ...words] = command.argv;
    if (command.unless && (await shown(deployment, command.unless))) continue;
    const server = deployment.all.find((one) => nodeName(one) === command.node);
    const reply = await server?.send(head, ...words);
    if (reply === undefined || reply instanceof ReplyError) {
      throw new Error(`${command.node}> ${command.argv.join(' ')}: ${reply?.message ?? 'no such server'}`);
    }
    if (command.until) await awaitShown(deployment, command);
  }
}

async function shown(deployment: Deployment, unless: readonly Expectation[]): Promise<boolean> {
  const snapshot = await lookAt(deployment, 0);
  return unless.some((one) => drift([one], snapshot, probes).changed.length === 0);
}

async function awaitShown(deployment: Deployment, { argv, until }: PlannedCommand): Promise<void> {
  const end = Date.now() + (until?.withinSeconds ?? 0) * 1000;
  for (;;) {
    const snapshot = await lookAt(deployment, 0);
    const { changed } = drift(until?.shows ?? [], snapshot, probes);
    const over = overstepped(until?.below ?? [], snapshot, probes);
    if (changed.length === 0 && over === undefined) return;
    if (Date.now() > end) {
      const told = changed.map(({ expectation, now }) => `${expectation.node} ${expectation.reading} is ${now}`);
      throw new Error(`${argv.join(' ')}: not there in time: ${[...told, over].join('; ')}`);
    }
    await sleep(100);
  }
}

/** What of these expectations does not hold now, the last one about each reading counting. */
export async function missing(deployment: Deployment, commands: readonly PlannedCommand[]): Promise<string[]> {
  const last = new Map(commands.flatMap(({ applied }) => applied.map((one) => [`${one.node} ${one.reading}`, one])));
  const { changed } = drift([...last.values()], await lookAt(deployment, 0), probes);
  return changed.map(({ expectation, now }) => `${expectation.node} ${expectation.reading} is ${now}`);
}
