import type { Probe } from '../../domain/probe.ts';
import type { Report } from '../../domain/report.ts';
import type { Node, Snapshot } from '../../domain/snapshot.ts';
import type { Sight, Standing } from '../../domain/standing.ts';
import { seated } from '../discover.ts';
import { judge } from '../judge.ts';
import { outcomesOf } from '../outcomes.ts';
import type { Shelves } from '../ports.ts';
import { isPair, type Sample } from '../sample.ts';
import { nodeOf } from '../sample-twice.ts';
import type { Look, Seen } from './look.ts';
import type { Memory } from './memory.ts';

interface Judging {
  shelves: Pick<Shelves, 'probes' | 'rules' | 'playbooks'>;
  /** A sample before that is older makes no pair. */
  oldestMs: number;
}

/** What the rules say of a look; those that need a question that was not asked are unassessed. */
export function judgeLook(look: Look, memory: Memory, at: number, judging: Judging): Sight {
  const snapshot = snapshotOf(look, memory, at, judging);
  return sightOf(judge(snapshot, judging.shelves), snapshot, judging.shelves);
}

function snapshotOf(look: Look, memory: Memory, at: number, { shelves, oldestMs }: Judging): Snapshot {
  const probes = [...shelves.probes.values()];
  const node = (seen: Seen): Node => (seen.kind === 'unread' ? seen : readNode(seen, look, memory, probes, oldestMs));
  return {
    target: look.target,
    nodes: look.servers.map((seen) => seated(node(seen), look)),
    sentinels: look.sentinels.map(node),
    series: memory.series,
    takenAt: at,
    tookMs: 0,
  };
}

function readNode(
  { member, sample }: Exclude<Seen, { kind: 'unread' }>,
  { target }: Look,
  { samples }: Memory,
  probes: readonly Probe<unknown>[],
  oldestMs: number,
): Node {
  const before = samples.get(member.name);
  const pair = before && isUsable(before, sample, oldestMs) ? before : undefined;
  return nodeOf(member, sample, outcomesOf(probes, target, sample, pair));
}

function isUsable(before: Sample, now: Sample, oldestMs: number): boolean {
  return now.at > before.at && now.at - before.at <= oldestMs && isPair(before, now);
}

/** What matters of a report: faults that happen, from warning on. */
function sightOf(report: Report, snapshot: Snapshot, { rules }: Pick<Shelves, 'rules'>): Sight {
  const found = report.findings
    .filter(({ id, severity }) => severity !== 'info' && rules.get(id)?.latent !== true)
    .map(({ id, node }) => ({ rule: id, node }));
  return { at: report.takenAt, found, isUnknown: (standing) => isUnknown(standing, report, snapshot) };
}

/** The rule was not judged for this node: it could not look, or the node could not be read. */
function isUnknown({ rule, node }: Standing, report: Report, { target, nodes, sentinels }: Snapshot): boolean {
  const isBlind = report.unassessed.some((one) => one.id === rule && (one.node === node || one.node === target.name));
  return isBlind || [...nodes, ...sentinels].some((one) => one.name === node && one.kind === 'unread');
}
