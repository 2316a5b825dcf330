import type { Report, Verdict } from '../../src/domain/report.ts';
import type { Scenario } from '../../test/lab/lab.ts';
import { PEERS, type Peer, type Said, type Signal } from './signal.ts';

/** A fault that must wake somebody, something worth a note, or nothing at all. */
export type Kind = 'fault' | 'note' | 'healthy';

/** What an answer is worth in a scenario. */
export type Grade = 'names' | 'sees' | 'beside the point' | 'false alarm' | 'silent';

export interface Answer {
  grade: Grade;
  /** What was said, shortly; empty when silent. */
  said: readonly string[];
}

/** One scenario and what each made of it. */
export interface Row {
  family: string;
  name: string;
  kind: Kind;
  /** Ids of the findings that may stand on top. */
  roots: readonly string[];
  /** No server holds as much as MEMORY DOCTOR wants to see. */
  tooSmall: boolean;
  /** A threshold of ours is set lower, to fit a small server or a short window. */
  eased: boolean;
  ours: Answer & { verdict: Verdict };
  peers: Readonly<Record<Peer, Answer>>;
}

export interface Counts {
  seen: number;
  named: number;
  falseAlarms: number;
}

export type Who = 'redis-medic' | Peer;

type Expected = Pick<Scenario, 'finds' | 'besides' | 'root'>;

export function kindOf({ finds }: Expected): Kind {
  const severities = Object.values(finds);
  if (severities.length === 0) return 'healthy';
  return severities.every((one) => one === 'info') ? 'note' : 'fault';
}

/** The causes that an answer must name to be the whole one; of notes, each is one. */
export function rootsOf(expected: Expected): readonly string[] {
  const ids = Object.keys(expected.finds);
  return kindOf(expected) === 'note' ? ids : [expected.root ?? ids.slice(0, 1)].flat();
}

/** What the signals of a peer are worth: the best of them counts. */
export function gradePeer(expected: Expected, all: readonly Signal[]): Answer {
  const signals = all.filter(({ passes }) => kindOf(expected) === 'fault' || !passes);
  const said = signals.map(({ name }) => name);
  if (signals.length === 0) return { grade: 'silent', said };
  const roots = rootsOf(expected);
  const real = new Set([...Object.keys(expected.finds), ...(expected.besides ?? []), ...roots]);
  if (signals.some(({ names }) => names.some((id) => roots.includes(id)))) return { grade: 'names', said };
  if (signals.some(({ names, sees }) => [...names, ...sees].some((id) => real.has(id)))) return { grade: 'sees', said };
  return { grade: kindOf(expected) === 'healthy' ? 'false alarm' : 'beside the point', said };
}

/** By the same measure: what stands on top is what is named. Where all is well, a remark that wakes nobody is silence. */
export function gradeOurs(expected: Expected, { findings, verdict }: Report): Row['ours'] {
  const kind = kindOf(expected);
  const due = [...Object.keys(expected.finds), ...(expected.besides ?? [])];
  const heard = findings.filter(({ id, severity }) => severity !== 'info' || (kind === 'note' && id in expected.finds));
  const [top] = heard.map(({ id }) => id);
  if (top === undefined) return { grade: 'silent', said: [], verdict };
  const grade = (): Grade => {
    if (kind === 'healthy') return 'false alarm';
    if (rootsOf(expected).includes(top)) return 'names';
    return heard.some(({ id }) => due.includes(id)) ? 'sees' : 'beside the point';
  };
  return { grade: grade(), said: [top], verdict };
}

/** The answer of each peer to a scenario. */
export function gradePeers(expected: Expected, said: Said): Row['peers'] {
  const graded = PEERS.map((peer) => [peer, gradePeer(expected, said[peer])]);
  return Object.fromEntries(graded) as Row['peers'];
}

export function answerOf(row: Row, who: Who): Answer {
  return who === 'redis-medic' ? row.ours : row.peers[who];
}

/** Faults that were seen and whose cause was named, and alarms about deployments that are well. */
export function countsOf(rows: readonly Row[], who: Who): Counts {
  const grades = (kind: Kind) => rows.filter((row) => row.kind === kind).map((row) => answerOf(row, who).grade);
  const faults = grades('fault');
  return {
    seen: faults.filter((grade) => grade === 'sees' || grade === 'names').length,
    named: faults.filter((grade) => grade === 'names').length,
    falseAlarms: grades('healthy').filter((grade) => grade === 'false alarm').length,
  };
}
