import type { KnownBlock, RichTextElement, RichTextSection } from '@slack/types';
import { type Evidence, type Finding, SEVERITIES, type Unassessed } from '../../domain/finding.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Report } from '../../domain/report.ts';
import { duration } from '../../domain/units.ts';
import { fitting } from '../blocks/fitting.ts';
import { context, header, table } from '../blocks/layout.ts';
import { bold, bullets, code, line, rich, text } from '../blocks/rich.ts';
import { markup, when } from '../blocks/text.ts';
import { type Card, card, counted, SEVERITY_MARK } from './card.ts';
import { commandBlocks } from './commands.ts';
import { summed } from './root.ts';

interface Level {
  findings: number;
  evidence: number;
  chars: number;
}

const LEVELS: readonly [Level, ...Level[]] = [
  { findings: 8, evidence: 10, chars: 400 },
  { findings: 5, evidence: 6, chars: 250 },
  { findings: 3, evidence: 4, chars: 150 },
  { findings: 1, evidence: 3, chars: 80 },
];

const HEADLINE_CHARS = 300;
const NODES_SHOWN = 3;

/** What was found, causes before their symptoms, with the evidence, and what could not be looked at. */
export function diagnosisCard(incident: Incident, report: Report): Card {
  const { mark, headline } = summed({ incident: { ...incident, state: 'open', trouble: null, report } });
  const told = alike(report);
  const blocks = fitting(LEVELS, (level) => [
    header(`${mark} Diagnosis: ${tally(report)}`),
    ...told.slice(0, level.findings).flatMap((same, at) => findingBlocks(same, report, level, at === 0)),
    ...more(told.length - level.findings),
    ...commandBlocks(report.commands ?? [], { items: Math.min(3, level.findings), chars: level.chars }),
    ...blind(report.unassessed, level),
    context(nodes(report, level)),
  ]);
  return card(markup`${mark} Diagnosis of ${incident.target}: ${headline}`, blocks);
}

/** One fault as it was seen, word for word the same, on one or more nodes. */
type Alike = [Finding, ...Finding[]];

function alike(report: Report): Alike[] {
  const causes = report.findings.filter((finding) => finding.explainedBy === null);
  const told = causes.length > 0 ? causes : report.findings;
  return [...Map.groupBy(told, ({ id, headline }) => `${id}\n${headline}`).values()] as Alike[];
}

/** `1 critical, 3 info`, counting each fault on each node. */
function tally(report: Report): string {
  const counts = SEVERITIES.map((severity) => {
    const count = report.findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? '' : `${count} ${severity}`;
  });
  return counts.filter(Boolean).join(', ') || 'no fault found';
}

/** The first fault gets the one table that a message may have; the others list their evidence; what is only noted gets a line. */
function findingBlocks(same: Alike, report: Report, level: Level, first: boolean): KnownBlock[] {
  const [finding] = same;
  const left = same.length - NODES_SHOWN;
  const heading = line(
    text(`${SEVERITY_MARK[finding.severity]} `),
    bold(finding.headline, HEADLINE_CHARS),
    ...same.slice(0, NODES_SHOWN).flatMap(({ node }) => [text('  '), code(node, 80)]),
    ...(left > 0 ? [text(` and ${counted(left, 'other node')}`)] : []),
    text(` ${finding.id}`, 100),
  );
  if (finding.severity === 'info' && !first) return [rich(heading)];
  const explained = symptomsOf(same, report).slice(0, 5);
  const details = [
    ...(first ? [] : finding.evidence.slice(0, level.evidence).map((one) => line(...fact(one, level)))),
    ...explained.map((other) => line(...symptom(other, level))),
  ];
  const body = rich(
    heading,
    line(text(finding.more, level.chars * 2)),
    ...(details.length > 0 ? [bullets(...details)] : []),
  );
  if (!first || finding.evidence.length === 0) return [body];
  const rows = finding.evidence.slice(0, level.evidence).map((one) => [one.field, one.value, one.expected]);
  return [body, table([['field', 'is', 'expected'], ...rows], level.chars / 2)];
}

function symptomsOf([finding]: Alike, report: Report): Finding[] {
  return report.findings.filter((other) => other.explainedBy === finding.id);
}

function symptom(finding: Finding, level: Level): RichTextElement[] {
  return [text('explains: '), text(finding.headline, level.chars), text(' '), code(finding.node, 100)];
}

function fact(evidence: Evidence, level: Level): RichTextElement[] {
  const { field, value, expected } = evidence;
  return [code(field, 100), text(` is ${value}`, level.chars / 2), text(`, expected ${expected}`, level.chars / 2)];
}

function more(count: number): KnownBlock[] {
  if (count <= 0) return [];
  return [context(markup`… and ${counted(count, 'more finding')}: \`redis-medic diagnose\` lists them all.`)];
}

/** Checks that could not be made, by reason: "could not look" is never "all clear". */
function blind(unassessed: readonly Unassessed[], level: Level): KnownBlock[] {
  if (unassessed.length === 0) return [];
  const byReason = Map.groupBy(unassessed, (one) => one.reason);
  const items = [...byReason].slice(0, level.evidence).map(([reason, ones]): RichTextSection => {
    const ids = [...new Set(ones.map((one) => one.id))];
    const named = ids.slice(0, 4).join(', ');
    return line(
      text(ids.length > 4 ? `${named} and ${ids.length - 4} more` : named, 300),
      text(`: ${reason}`, level.chars),
    );
  });
  const left = byReason.size - items.length;
  if (left > 0) items.push(line(text(`and ${counted(left, 'more reason')}`)));
  return [rich(line(bold(`Could not be assessed: ${unassessed.length}`)), bullets(...items))];
}

function nodes(report: Report, level: Level) {
  const named = report.nodes.slice(0, level.findings).map((node) => {
    const engine = node.reachable ? `${node.engine} ${node.engineVersion}` : 'could not be read';
    const slots = node.slots === undefined ? '' : ` slots ${node.slots.slice(0, 60)}`;
    return `${node.name.slice(0, 80)} ${node.role}${slots} ${engine.slice(0, 40)}`;
  });
  const left = report.nodes.length - named.length;
  const all = left > 0 ? [...named, `${left} more`] : named;
  const { takenAt, tookMs, windowSeconds } = report;
  const rates = windowSeconds === undefined ? '' : `, rates over ${duration(windowSeconds)}`;
  return markup`${all.join(' · ')}\nread ${when(takenAt)}${rates}, took ${tookMs} ms`;
}
