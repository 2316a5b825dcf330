import { type CheckRow, type Figures, type Readiness, type Result, scored } from '../../domain/readiness.ts';
import type { Report } from '../../domain/report.ts';
import type { Assessment, Rule } from '../../domain/rule.ts';
import type { Shelf } from '../../domain/shelf.ts';
import { readNodes, type Snapshot } from '../../domain/snapshot.ts';
import { GUIDE, type GuideRow } from './guide.ts';
import { isRemark, sectionOf } from './sections.ts';

export interface CheckShelves {
  rules: Shelf<Rule>;
  figures: Shelf<Figures>;
  /** Rule id -> its family. */
  families: ReadonlyMap<string, string>;
}

/** Judges a snapshot as a checklist: the questions of the production guide, then every rule, each passed, failed or not assessed. */
export function readinessOf(snapshot: Snapshot, report: Report, shelves: CheckShelves): Readiness {
  const seen = readNodes(snapshot).length > 0;
  const answers = new Map(
    [...shelves.rules].map(
      ([id, rule]) => [id, seen ? assess(id, rule, snapshot) : blindly(id, rule, snapshot)] as const,
    ),
  );
  const figures = new Map([...shelves.figures].map(([id, figure]) => [id, figure.tell(snapshot)] as const));
  const parts = (row: GuideRow): Part[] => [
    ...row.rules.map((id) => partOf(id, answers.get(id) ?? [], shelves.rules.get(id))),
    ...(row.figures ?? []).flatMap((id) => (figures.get(id) ?? []).map(partOfFigure)),
  ];
  const guide = Object.entries(GUIDE).map(([id, row]) => together(id, row, parts(row)));
  const each = [...answers].map(([id, answer]) => {
    const section = sectionOf(id, shelves.families.get(id) ?? '');
    return together(id, { section, title: id, rules: [id] }, [partOf(id, answer, shelves.rules.get(id))]);
  });
  const rows = [...guide, ...each];
  return { target: report.target, takenAt: report.takenAt, sections: scored(rows), rows };
}

/** What one rule or figure contributes to a row. */
interface Part {
  result: Result;
  said: string;
  evidence: CheckRow['evidence'];
  fix: string;
}

function together(id: string, { section, title, rules }: GuideRow, parts: readonly Part[]): CheckRow {
  const of = (result: Result) => parts.filter((part) => part.result === result);
  const result: Result = of('fail').length > 0 ? 'fail' : of('not assessed').length > 0 ? 'not assessed' : 'pass';
  const told = parts.length === 0 ? [] : of(result);
  const sentences = [...new Set(told.map(({ said }) => said).filter((said) => said !== ''))];
  return {
    id,
    section,
    title,
    rules,
    result: parts.length === 0 ? 'not assessed' : result,
    said: sentences.join('; ') || (parts.length === 0 ? 'nothing here can tell' : ''),
    evidence: result === 'fail' ? told.flatMap(({ evidence }) => evidence) : [],
    fix: result === 'fail' ? [...new Set(told.map(({ fix }) => fix))].filter(Boolean).join(' ') : '',
  };
}

function partOf(id: string, answers: readonly Assessment[], rule: Rule | undefined): Part {
  const found = answers.filter((answer) => answer.kind === 'found');
  const faults = found.filter(({ severity }) => severity !== 'info' || !isRemark(id));
  const blind = answers.filter((answer) => answer.kind === 'unassessed');
  if (faults.length > 0) {
    return {
      result: 'fail',
      said: faults.map(({ node, headline }) => `${node}: ${headline}`).join('; '),
      evidence: faults.flatMap(({ evidence }) => evidence),
      fix: rule?.more ?? '',
    };
  }
  if (blind.length > 0 || rule === undefined) {
    const why = [...new Set(blind.map(({ reason }) => reason))].join('; ') || `there is no rule ${id}`;
    return { result: 'not assessed', said: why, evidence: [], fix: '' };
  }
  return { result: 'pass', said: found.map(({ headline }) => headline).join('; '), evidence: [], fix: '' };
}

function partOfFigure(told: ReturnType<Figures['tell']>[number]): Part {
  if ('unassessed' in told)
    return { result: 'not assessed', said: `${told.node}: ${told.unassessed}`, evidence: [], fix: '' };
  const { node, said, ok, evidence = [], fix = '' } = told;
  return { result: ok === false ? 'fail' : 'pass', said: `${node}: ${said}`, evidence, fix };
}

/** Where no server could be read nothing is known to be well. */
function blindly(id: string, rule: Rule, snapshot: Snapshot): Assessment[] {
  const found = assess(id, rule, snapshot).filter(({ kind }) => kind === 'found');
  if (found.length > 0) return found;
  return [{ kind: 'unassessed', node: snapshot.target.name, reason: 'no server could be read' }];
}

function assess(id: string, rule: Rule, snapshot: Snapshot): Assessment[] {
  try {
    return rule.assess(id, snapshot);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ kind: 'unassessed', node: snapshot.target.name, reason: `the rule failed: ${why}` }];
  }
}
