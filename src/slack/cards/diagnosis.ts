import type { KnownBlock, RichTextSection } from '@slack/types';
import { SEVERITIES, type Unassessed } from '../../domain/finding.ts';
import { forest } from '../../domain/forest.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Report } from '../../domain/report.ts';
import { duration } from '../../domain/units.ts';
import { fitting } from '../blocks/fitting.ts';
import { context, header } from '../blocks/layout.ts';
import { bold, bullets, line, rich, text } from '../blocks/rich.ts';
import { markup, when } from '../blocks/text.ts';
import { branchBlocks, type Level } from './branch.ts';
import { type Card, card, counted } from './card.ts';
import { commandBlocks } from './commands.ts';
import { summed } from './root.ts';

const LEVELS: readonly [Level, ...Level[]] = [
  { findings: 8, evidence: 10, chars: 400 },
  { findings: 5, evidence: 6, chars: 250 },
  { findings: 3, evidence: 4, chars: 150 },
  { findings: 1, evidence: 3, chars: 80 },
];

/** What was found, causes before their symptoms, with the evidence, and what could not be looked at. */
export function diagnosisCard(incident: Incident, report: Report): Card {
  const { mark, headline } = summed({ incident: { ...incident, state: 'open', trouble: null, report } });
  const told = forest(report.findings);
  const blocks = fitting(LEVELS, (level) => [
    header(`${mark} Diagnosis: ${tally(report)}`),
    ...told.slice(0, level.findings).flatMap((branch, at) => branchBlocks(branch, level, at === 0)),
    ...more(told.length - level.findings),
    ...commandBlocks(report.commands ?? [], { items: Math.min(3, level.findings), chars: level.chars }),
    ...refusals(report.notOffered ?? [], level),
    ...blind(report.unassessed, level),
    context(nodes(report, level)),
  ]);
  return card(markup`${mark} Diagnosis of ${incident.target}: ${headline}`, blocks);
}

/** `1 critical, 3 info`, counting each fault on each node. */
function tally(report: Report): string {
  const counts = SEVERITIES.map((severity) => {
    const count = report.findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? '' : `${count} ${severity}`;
  });
  return counts.filter(Boolean).join(', ') || 'no fault found';
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

/** Remedies that are known for what was found and must not be used here now: the reason is what to do first. */
function refusals(refused: NonNullable<Report['notOffered']>, level: Level): KnownBlock[] {
  const byReason = Map.groupBy(refused, ({ playbook, because }) => `${playbook}: ${because}`);
  const items = [...byReason.keys()].slice(0, level.evidence).map((told) => line(text(told, level.chars)));
  const left = byReason.size - items.length;
  if (left > 0) items.push(line(text(`and ${counted(left, 'more reason')}`)));
  return items.length === 0 ? [] : [rich(line(bold('Not offered now')), bullets(...items))];
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
