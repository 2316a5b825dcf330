import { slotsText } from '../domain/cluster.ts';
import type { CommandLoad } from '../domain/command-load.ts';
import type { Finding, Unassessed } from '../domain/finding.ts';
import type { KeySample } from '../domain/keys/key-sample.ts';
import type { LoadedPlaybook } from '../domain/playbook.ts';
import type { Report, ReportedNode } from '../domain/report.ts';
import type { Assessment, Rule } from '../domain/rule.ts';
import type { Shelf } from '../domain/shelf.ts';
import { type Node, readNodes, type Snapshot, windowOf } from '../domain/snapshot.ts';
import type { Target } from '../domain/target.ts';
import { foldSymptoms } from './fold-symptoms.ts';
import { verdictOf } from './verdict.ts';

interface JudgeShelves {
  rules: Shelf<Rule>;
  playbooks: Shelf<LoadedPlaybook>;
}

/** Asks every rule about a snapshot and makes one report of the answers: causes over symptoms, and a verdict. */
export function judge(snapshot: Snapshot, shelves: JudgeShelves): Report {
  const found: Finding[] = [];
  const unassessed: Unassessed[] = [];
  for (const [id, rule] of shelves.rules) {
    const playbooks = playbooksFor(id, snapshot.target, shelves.playbooks);
    for (const answer of assess(id, rule, snapshot)) {
      if (answer.kind === 'unassessed') unassessed.push({ id, node: answer.node, reason: answer.reason });
      if (answer.kind !== 'found') continue;
      const { node, severity, headline, evidence } = answer;
      const { more } = rule;
      found.push({
        id,
        severity,
        node,
        headline,
        evidence: [...evidence],
        more,
        explains: answer.causes === false ? [] : [...rule.explains, ...(answer.explains ?? [])],
        explainedBy: null,
        playbooks,
      });
    }
  }
  const { target, takenAt, tookMs } = snapshot;
  const nodes = [...snapshot.nodes.map(reportNode), ...snapshot.sentinels.map(reportSentinel)];
  const findings = foldSymptoms(found, snapshot, (id) => shelves.rules.get(id)?.tells);
  const verdict = verdictOf(snapshot, findings);
  const commands = [...shelves.rules.values()].flatMap((rule) => loads(rule, snapshot));
  const keys = keySamples(snapshot);
  const windowSeconds = windowOf(snapshot);
  return {
    target: target.name,
    verdict,
    takenAt,
    tookMs,
    ...(windowSeconds !== undefined && { windowSeconds }),
    nodes,
    findings,
    unassessed,
    ...(commands.length > 0 && { commands }),
    ...(keys.length > 0 && { keys }),
  };
}

/** What is told beside the findings must not cost us the findings. */
function loads(rule: Rule, snapshot: Snapshot): CommandLoad[] {
  try {
    return rule.loads(snapshot);
  } catch {
    return [];
  }
}

/** Each once: the members of a group share what one of them told. */
function keySamples(snapshot: Snapshot): KeySample[] {
  const outcomes = readNodes(snapshot).flatMap((node) => [...node.outcomes].filter(([{ asks }]) => asks === 'keys'));
  const read = outcomes.flatMap(([, outcome]) => (outcome.kind === 'read' ? [outcome.reading.now as KeySample] : []));
  return [...new Set(read)];
}

/** A rule that breaks is our bug; it must not hide what the others see, and must not count as clear. */
function assess(id: string, rule: Rule, snapshot: Snapshot): Assessment[] {
  try {
    return rule.assess(id, snapshot);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ kind: 'unassessed', node: snapshot.target.name, reason: `the rule failed: ${why}` }];
  }
}

function playbooksFor(id: string, target: Target, playbooks: Shelf<LoadedPlaybook>): string[] {
  return [...playbooks.values()]
    .filter(({ playbook }) => playbook.when.includes(id))
    .filter(({ playbook }) => !playbook.for || !target.purpose || playbook.for.includes(target.purpose))
    .map((loaded) => loaded.id);
}

/** What was named or reported as a Sentinel is one in the report, whether or not it answers. */
function reportSentinel(node: Node): ReportedNode {
  return { ...reportNode(node), role: 'sentinel' };
}

function reportNode(node: Node): ReportedNode {
  const { name, seat } = node;
  const slots = seat && { slots: slotsText(seat.slots) };
  if (node.kind === 'unread') {
    return { name, role: seat?.role ?? 'unknown', engine: 'unknown', engineVersion: '', reachable: false, ...slots };
  }
  const { role, engine, version } = node.identity;
  return { name, role, engine, engineVersion: version, reachable: true, ...slots };
}
