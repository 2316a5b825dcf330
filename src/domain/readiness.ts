import type { Evidence } from './finding.ts';
import { NotAnswered, type Probe, type Reading } from './probe.ts';
import { type ReadNode, readingOf, readNodes, type Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';

export const SECTIONS = [
  'Memory',
  'Persistence',
  'Replication',
  'Cluster and Sentinel',
  'Commands and latency',
  'Clients and network',
  'Security',
  'Host and kernel',
  'Configuration and version',
  'Recovery and monitoring',
] as const;
export type Section = (typeof SECTIONS)[number];

export const RESULTS = ['fail', 'not assessed', 'pass'] as const;
export type Result = (typeof RESULTS)[number];

/** One line of the readiness report. */
export interface CheckRow {
  /** A rule's id, or the id of a question that several rules and figures answer together. */
  id: string;
  section: Section;
  title: string;
  result: Result;
  /** What was seen, or why it could not be. */
  said: string;
  evidence: readonly Evidence[];
  /** What to do; empty where nothing is to be done. */
  fix: string;
  /** The rules that answer it; a rule has a row of its own as well. */
  rules: readonly string[];
}

/** What failed, without the rules whose failure a question tells already. */
export function failures(rows: readonly CheckRow[]): CheckRow[] {
  const failed = rows.filter(({ result }) => result === 'fail');
  const told = new Set(failed.flatMap(({ id, rules }) => rules.filter((rule) => rule !== id)));
  return failed.filter(({ id, rules }) => !(rules.length === 1 && rules[0] === id && told.has(id)));
}

export interface SectionScore {
  section: Section;
  passed: number;
  failed: number;
  notAssessed: number;
  /** 0 to 100 of what could be assessed; null where nothing could. */
  score: number | null;
}

/** How ready a deployment is for the next incident. */
export interface Readiness {
  target: string;
  /** Epoch ms. */
  takenAt: number;
  sections: readonly SectionScore[];
  rows: readonly CheckRow[];
}

/** What a figure says of one server. `ok` is undefined where nothing is demanded, so that it only informs. */
export interface Figure {
  said: string;
  ok?: boolean;
  evidence?: readonly Evidence[];
  fix?: string;
}

type Needs = Readonly<Record<string, Probe<unknown>>>;
type Readings<N extends Needs> = { [K in keyof N]: N[K] extends Probe<infer T> ? Reading<T> : never };

interface Around {
  node: ReadNode;
  snapshot: Snapshot;
  target: Target;
}

/** A figure as the loaded shelf hands it around: what it says of each server, or why it cannot. */
export interface Figures {
  tell(snapshot: Snapshot): readonly ({ node: string } & (Figure | { unassessed: string }))[];
}

interface FigureDefinition<N extends Needs> {
  needs: N;
  /** Undefined where it does not apply to this server. */
  tell: (readings: Readings<N>, around: Around) => Figure | { unassessed: string } | undefined;
}

/** A quantity that a reader of the readiness report wants in its own unit: seconds of loss, time to full, time to load. */
export function defineFigure<const N extends Needs>({ needs, tell }: FigureDefinition<N>): Figures {
  return {
    tell: (snapshot) =>
      readNodes(snapshot).flatMap((node) => {
        const said = toldOf(needs, tell, { node, snapshot, target: snapshot.target });
        return said === undefined ? [] : [{ node: node.name, ...said }];
      }),
  };
}

function toldOf<N extends Needs>(needs: N, tell: FigureDefinition<N>['tell'], around: Around) {
  try {
    const readings = Object.entries(needs).map(([name, probe]) => [name, readingOf(around.node, probe)]);
    return tell(Object.fromEntries(readings) as Readings<N>, around);
  } catch (error) {
    if (error instanceof NotAnswered) return { unassessed: error.message };
    throw error;
  }
}

/** Counts the rows of each section that has any. */
export function scored(rows: readonly CheckRow[]): SectionScore[] {
  return SECTIONS.flatMap((section) => {
    const mine = rows.filter((row) => row.section === section);
    const count = (result: Result) => mine.filter((row) => row.result === result).length;
    const [passed, failed] = [count('pass'), count('fail')];
    const score = passed + failed === 0 ? null : Math.round((passed / (passed + failed)) * 100);
    return mine.length === 0 ? [] : [{ section, passed, failed, notAssessed: count('not assessed'), score }];
  });
}
