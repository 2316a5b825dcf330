import type { Action, Plan } from '../../src/domain/action.ts';
import type { Command, Reply } from '../../src/domain/command.ts';
import type { ParameterValues } from '../../src/domain/parameter.ts';
import type { Proposal } from '../../src/domain/proposal.ts';
import { digestOf } from '../../src/domain/proposal.ts';
import type { Run, RunStep } from '../../src/domain/run.ts';
import { nodeNamed, readNodes } from '../../src/domain/snapshot.ts';
import { type Address, nodeName, type Target } from '../../src/domain/target.ts';
import { intendedBy, withAnswers } from '../../src/flow/answer-questions.ts';
import { vote } from '../../src/flow/decide.ts';
import { diagnose } from '../../src/flow/diagnose.ts';
import { observe } from '../../src/flow/observe.ts';
import { openIncident } from '../../src/flow/open-incident.ts';
import { planPlaybook } from '../../src/flow/plan-playbook.ts';
import type { Deeds, Ports, Servers, Store } from '../../src/flow/ports.ts';
import { proposalOf } from '../../src/flow/propose.ts';
import { executeRun } from '../../src/flow/run/execute.ts';
import { proposeUndo } from '../../src/flow/undo/propose-undo.ts';
import { freshStore } from './databases.ts';
import { ALEX, OLLI, RILEY, SAM } from './proposal.ts';
import { realPorts } from './real-ports.ts';
import { plainTarget } from './target.ts';

export interface Done {
  proposal: Proposal;
  run: Run;
  rows: RunStep[];
}

/** The bot without Slack for a target on real servers: a person asks for a playbook, others approve, it runs. */
export class Remedy {
  readonly ports: Ports;
  readonly target: Target;
  readonly #store: Store;

  private constructor(ports: Ports, target: Target, store: Store) {
    this.ports = ports;
    this.target = target;
    this.#store = store;
  }

  static async open(
    servers: readonly Address[],
    over: Partial<Target> = {},
    deeds: (servers: Servers) => Deeds = () => new Map(),
  ): Promise<Remedy> {
    const store = await freshStore();
    const target = plainTarget({ seeds: servers, ...over });
    const ports = await realPorts(store, [target], [ALEX, SAM, OLLI]);
    return new Remedy({ ...ports, deeds: deeds(ports.servers) }, target, store);
  }

  /** The proposal of a playbook as a person asks for it, or why there is none. */
  async plan(playbook: string, values: ParameterValues = {}, on?: Address): Promise<Proposal | string> {
    const { ports, target } = this;
    const { snapshot, report } = await diagnose(ports, target, { seconds: 0.3 });
    const node = on ? nodeNamed(snapshot, nodeName(on)) : (readNodes(snapshot)[0] ?? snapshot.nodes[0]);
    const loaded = ports.shelves.playbooks.get(playbook);
    if (!node || !loaded) return `no ${node ? playbook : 'node'}`;
    const { shelves } = ports;
    const asked = await withAnswers(ports.servers, snapshot, intendedBy(loaded, { snapshot, node, values }, shelves));
    const plan = planPlaybook({ loaded, node, snapshot: asked, report, values, shelves });
    if ('refused' in plan) return plan.refused;
    const incident = await this.#store.transaction(
      async (tx) =>
        (await tx.openIncidentOf(target.name)) ??
        (await openIncident(ports, tx, { target, openedBy: 'a test', requestedBy: null })),
    );
    return proposalOf(plan, { incident, requestedBy: RILEY, ids: ports.ids, now: ports.clock.now() }, true);
  }

  async mustPlan(playbook: string, values: ParameterValues = {}, on?: Address): Promise<Proposal> {
    const planned = await this.plan(playbook, values, on);
    if (typeof planned === 'string') throw new Error(`refused: ${planned}`);
    return planned;
  }

  /** Plans one action on the first server. */
  async planAction(action: Action | undefined, args: unknown): Promise<Plan<unknown>> {
    const { ports, target } = this;
    const { servers, clock, shelves } = ports;
    const snapshot = await observe({ servers, clock, probes: shelves.probes }, target, { seconds: 0 });
    const [node] = readNodes(snapshot);
    if (!node || !action) throw new Error('no node, or no action');
    const plan = action.plan(args, await withAnswers(servers, snapshot, [{ action, args, node }]), node);
    if ('refused' in plan) throw new Error(`refused: ${plan.refused}`);
    return plan;
  }

  /** The first command of an action and of its undo, planned from answers in which all times are an hour longer. */
  async planLater(id: string, args: unknown): Promise<{ argv: Command; undo: Command }> {
    const { ports, target } = this;
    const { servers, clock, shelves } = ports;
    const seen = await observe({ servers, clock, probes: shelves.probes }, target, { seconds: 0 });
    const [node] = readNodes(seen);
    const action = shelves.actions.get(id);
    if (!node || !action) throw new Error(`no node, or no ${id}`);
    const snapshot = await withAnswers(servers, seen, [{ action, args, node }]);
    const later = new Map([...(snapshot.answers ?? [])].map(([key, reply]) => [key, anHourLater(reply)]));
    const plan = action.plan(args, { ...snapshot, answers: later }, node);
    if ('refused' in plan) throw new Error(`refused: ${plan.refused}`);
    const [[command], [back]] = [plan.commands, typeof plan.undo === 'string' ? [] : plan.undo];
    if (!command || !back) throw new Error('nothing to send, or no way back');
    return { argv: command.argv, undo: back.argv };
  }

  /** Stores a proposal, so that it can be approved. */
  async keep(proposal: Proposal): Promise<Proposal> {
    await this.#store.transaction((tx) => tx.addProposal(proposal));
    return proposal;
  }

  /** Plans, approves as the policy demands, runs and verifies. */
  async run(playbook: string, values: ParameterValues = {}, on?: Address): Promise<Done> {
    return this.approve(await this.keep(await this.mustPlan(playbook, values, on)));
  }

  /** Votes until it is approved, and runs it. */
  async approve(proposal: Proposal): Promise<Done> {
    if (digestOf(proposal) !== proposal.digest) throw new Error('the digest is not that of what is proposed');
    const { id, digest } = proposal;
    for (const by of [ALEX, SAM, OLLI]) {
      const typed = this.target.name;
      const decision = await vote(this.ports, { proposal: id, digest, by, verdict: 'approve', reason: null, typed });
      if (decision.kind === 'approved') {
        await executeRun(this.ports, decision.run);
        return this.#store.transaction(async (tx) => {
          const run = await tx.run(decision.run);
          if (!run) throw new Error('the run is gone');
          return { proposal, run, rows: await tx.stepsOf(run.id) };
        });
      }
      if (decision.kind !== 'counted') throw new Error(JSON.stringify(decision));
    }
    throw new Error('nobody else to ask');
  }

  /** Takes a run back by a proposal of its own. */
  async undo({ run }: Done): Promise<Done> {
    const undoing = await proposeUndo(this.ports, { run: run.id, by: RILEY });
    if (undoing.kind === 'refused') throw new Error(undoing.sentence);
    return this.approve(undoing.proposal);
  }

  async close(): Promise<void> {
    await this.#store.close();
  }
}

function anHourLater(reply: Reply): Reply {
  if (!Array.isArray(reply)) return reply;
  return (reply as readonly Reply[]).map((word, at, all) =>
    all[at - 1] === 'idle' ? Number(word) + 3_600_000 : anHourLater(word),
  );
}
