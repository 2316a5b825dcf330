import type { CommandLoad } from './command-load.ts';
import type { Evidence, Severity } from './finding.ts';
import { NotAnswered, type Probe, type Reading } from './probe.ts';
import { type Node, type ReadNode, readingOf, readNodes, readSentinels, type Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';

/** What a rule says when the fault is there. */
export interface Found {
  severity: Severity;
  /** One sentence with the figure that matters. */
  headline: string;
  evidence: readonly Evidence[];
  /** Rule ids of symptoms that this very case accounts for, beside those of the rule. */
  explains?: readonly string[];
  /** False when this very case is too mild to be why of anything. */
  causes?: false;
}

/** The answer of a rule about one node. Clear is undefined, so that a rule reads as a row of early returns. */
export type Verdict = Found | { unassessed: string } | undefined;

export type Assessment =
  | ({ kind: 'found'; node: string } & Found)
  | { kind: 'clear'; node: string }
  | { kind: 'unassessed'; node: string; reason: string };

type Needs = Readonly<Record<string, Probe<unknown>>>;
type Readings<N extends Needs> = { [K in keyof N]: N[K] extends Probe<infer T> ? Reading<T> : never };

interface Facts {
  /** What it means, what usually causes it, what to do: two or three sentences. */
  more: string;
  /** Rule ids of the symptoms that this fault accounts for: on the same node, on its replication neighbours, on all below it in a chain. */
  explains?: readonly string[];
  /**
   * What one would see if this, and not another fault, is why: one sentence with a measurement or a command that a person
   * can run. Told where two causes compete for a symptom; a rule without it never competes.
   */
  tells?: string;
  /**
   * True when nothing is happening yet: how a server is set up, not what it does. Told when somebody looks; it opens no
   * thread by itself.
   */
  latent?: boolean;
}

/** What a node rule may look at beside its readings. */
export interface Here {
  node: ReadNode;
  snapshot: Snapshot;
  target: Target;
  /** The target's own threshold of this rule, or the rule's default. */
  threshold: (name: string, fallback: number) => number;
}

/** Judges each data server that was read, or each Sentinel. */
export interface NodeRule<N extends Needs> extends Facts {
  scope: 'node' | 'sentinel';
  needs: N;
  check(readings: Readings<N>, here: Here): Verdict;
  /** What the server's commands cost, for the report: of the one rule that speaks of them. */
  load?(node: ReadNode): CommandLoad | undefined;
}

/** Judges the whole target: nodes that could not be read, several ends of a link. Answers for the nodes it speaks of. */
export interface TargetRule<N extends Needs> extends Facts {
  scope: 'target';
  needs: N;
  check(all: Survey<N>, here: Omit<Here, 'node'>): readonly (Found & { node: string })[] | { unassessed: string };
}

export interface Survey<N extends Needs> {
  /** The data servers; the Sentinels are in the snapshot. */
  nodes: readonly Node[];
  /** What the needed probes saw on a node; throws NotAnswered (the rule is then unassessed) when one could not look. */
  readings(node: ReadNode): Readings<N>;
}

/** A rule as the loaded shelf hands it around. Its id is its file name. */
export interface Rule {
  needs: readonly Probe<unknown>[];
  more: string;
  explains: readonly string[];
  tells: string | undefined;
  latent: boolean;
  assess(id: string, snapshot: Snapshot): Assessment[];
  /** What the commands of each server cost, where this rule knows. */
  loads(snapshot: Snapshot): CommandLoad[];
}

export function defineRule<const N extends Needs>(rule: NodeRule<N> | TargetRule<N>): Rule {
  return {
    needs: Object.values(rule.needs),
    more: rule.more,
    explains: rule.explains ?? [],
    tells: rule.tells,
    latent: rule.latent ?? false,
    assess: (id, snapshot) =>
      rule.scope === 'target'
        ? assessTarget(rule, id, snapshot)
        : nodesOf(rule.scope, snapshot).map((node) => assessNode(rule, id, node, snapshot)),
    loads: (snapshot) =>
      rule.scope === 'target' ? [] : nodesOf(rule.scope, snapshot).flatMap((node) => rule.load?.(node) ?? []),
  };
}

function nodesOf(scope: 'node' | 'sentinel', snapshot: Snapshot): ReadNode[] {
  return scope === 'sentinel' ? readSentinels(snapshot) : readNodes(snapshot);
}

function assessNode<N extends Needs>(rule: NodeRule<N>, id: string, node: ReadNode, snapshot: Snapshot): Assessment {
  try {
    const verdict = rule.check(readingsOf(rule.needs, node), { ...around(id, snapshot), node });
    if (verdict === undefined) return { kind: 'clear', node: node.name };
    if ('unassessed' in verdict) return { kind: 'unassessed', node: node.name, reason: verdict.unassessed };
    return { kind: 'found', node: node.name, ...verdict };
  } catch (error) {
    if (error instanceof NotAnswered) return { kind: 'unassessed', node: node.name, reason: error.message };
    throw error;
  }
}

function assessTarget<N extends Needs>(rule: TargetRule<N>, id: string, snapshot: Snapshot): Assessment[] {
  const everyone = snapshot.target.name;
  try {
    const survey: Survey<N> = { nodes: snapshot.nodes, readings: (node) => readingsOf(rule.needs, node) };
    const answer = rule.check(survey, around(id, snapshot));
    if ('unassessed' in answer) return [{ kind: 'unassessed', node: everyone, reason: answer.unassessed }];
    if (answer.length === 0) return [{ kind: 'clear', node: everyone }];
    return answer.map((found) => ({ kind: 'found', ...found }));
  } catch (error) {
    if (error instanceof NotAnswered) return [{ kind: 'unassessed', node: everyone, reason: error.message }];
    throw error;
  }
}

function around(id: string, snapshot: Snapshot): Omit<Here, 'node'> {
  const { target } = snapshot;
  return { snapshot, target, threshold: (name, fallback) => target.thresholds[id]?.[name] ?? fallback };
}

function readingsOf<N extends Needs>(needs: N, node: ReadNode): Readings<N> {
  return Object.fromEntries(
    Object.entries(needs).map(([name, probe]) => [name, readingOf(node, probe)]),
  ) as Readings<N>;
}
