import type { KnownBlock, RichTextElement, RichTextSection } from '@slack/types';
import type { Evidence } from '../../domain/finding.ts';
import { type Branch, becauseOf, comesOf, nodesOf, rivalsOf } from '../../domain/forest.ts';
import { table } from '../blocks/layout.ts';
import { bold, bullets, code, line, nested, rich, text } from '../blocks/rich.ts';
import { counted, SEVERITY_MARK } from './card.ts';

/** How much is shown. */
export interface Level {
  findings: number;
  evidence: number;
  chars: number;
}

const HEADLINE_CHARS = 300;
const NODES_SHOWN = 3;
const ELSEWHERE_SHOWN = 3;

interface Item {
  depth: number;
  item: RichTextSection;
}

/**
 * An incident: its root and what came of it. The first one gets the one table that a message may have; the others list
 * their evidence; what is only noted gets a line.
 */
export function branchBlocks(branch: Branch, level: Level, first: boolean): KnownBlock[] {
  const [finding, ...others] = branch.fault;
  const heading = line(
    text(`${SEVERITY_MARK[finding.severity]} `),
    bold(finding.headline, HEADLINE_CHARS),
    ...where(branch, others.every(({ headline }) => headline === finding.headline) ? NODES_SHOWN : 1),
    text(` ${finding.id}`, 100),
  );
  if (finding.severity === 'info' && branch.symptoms.length === 0 && !first) return [rich(heading)];
  const facts = finding.evidence.slice(0, level.evidence);
  const tabled = first && facts.length > 0;
  const body = rich(
    heading,
    ...elsewhere(branch, level),
    line(text(finding.more, level.chars * 2)),
    ...(tabled || facts.length === 0 ? [] : [bullets(...facts.map((one) => line(...fact(one, level))))]),
    ...consequences(branch, { most: level.findings, chars: level.chars, signs: true }),
  );
  if (!tabled) return [body];
  const rows = facts.map((one) => [one.field, one.value, one.expected]);
  return [body, table([['field', 'is', 'expected'], ...rows], level.chars / 2)];
}

/** What came of a root, each symptom with its cause, as a list in steps. */
export function consequences(
  branch: Branch,
  { most, chars, signs }: { most: number; chars: number; signs: boolean },
): ReturnType<typeof nested> {
  const symptoms = comesOf(branch);
  const items = symptoms.slice(0, most).flatMap(({ symptom, depth }): Item[] => {
    const [{ severity, headline }] = symptom.fault;
    const told = line(
      text(`${SEVERITY_MARK[severity]} ${headline}`, chars),
      ...where(symptom, 1),
      text(` ${becauseOf(symptom)}`, 200),
    );
    const rivals = signs ? rivalsOf(symptom).slice(0, most) : [];
    return [
      { depth, item: told },
      ...rivals.map(({ id, tells }) => ({ depth: depth + 1, item: line(text(`If it is ${id}: ${tells}`, chars * 2)) })),
    ];
  });
  const left = symptoms.length - most;
  return nested(left > 0 ? [...items, { depth: 0, item: line(text(`and ${counted(left, 'more symptom')}`)) }] : items);
}

/** Where the same fault shows other figures. */
function elsewhere({ fault: [worst, ...others] }: Branch, level: Level): ReturnType<typeof nested> {
  const different = others.filter(({ headline }) => headline !== worst.headline);
  const items = different
    .slice(0, ELSEWHERE_SHOWN)
    .map(({ headline, node }) => line(text(headline, level.chars), text('  '), code(node, 80)));
  const left = different.length - items.length;
  if (left > 0) items.push(line(text(`and ${left} more of this kind`)));
  return nested(items.map((item) => ({ depth: 0, item })));
}

function where(branch: Branch, most: number): RichTextElement[] {
  const nodes = nodesOf(branch);
  const left = nodes.length - most;
  return [
    ...nodes.slice(0, most).flatMap((node) => [text('  '), code(node, 80)]),
    ...(left > 0 ? [text(` and ${counted(left, 'other node')}`)] : []),
  ];
}

function fact(evidence: Evidence, level: Level): RichTextElement[] {
  const { field, value, expected } = evidence;
  return [code(field, 100), text(` is ${value}`, level.chars / 2), text(`, expected ${expected}`, level.chars / 2)];
}
