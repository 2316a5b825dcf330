import type { Seat } from '../../src/domain/cluster.ts';
import { TargetName } from '../../src/domain/ids.ts';
import type { Probe } from '../../src/domain/probe.ts';
import type { Assessment, Rule } from '../../src/domain/rule.ts';
import type { Point } from '../../src/domain/series.ts';
import type { Role, ServerIdentity } from '../../src/domain/server.ts';
import type { Node, Origin, ProbeOutcome, ReadNode, Snapshot, UnreadCause } from '../../src/domain/snapshot.ts';
import type { Address, Target } from '../../src/domain/target.ts';
import { plainTarget } from './target.ts';

/** What a probe saw: now and, for a pair, before. A string is the reason why it did not answer. */
export type Told = readonly [probe: Probe<unknown>, now: unknown, before?: unknown];

/** Only the fields that matter; the others are missing, as on a version that lacks them. */
type Some<T> = T extends readonly unknown[] ? T : Partial<T>;

/** One row of `readings`, with its fields checked by the compiler. */
export function saw<T>(probe: Probe<T>, now: Some<T> | string, before?: Some<T>): Told {
  return before === undefined ? [probe, now] : [probe, now, before];
}

export interface ReadSketch {
  /** `host:port`; 127.0.0.1:6379 when absent. */
  name?: string;
  role?: Role;
  readings: readonly Told[];
  /** Between the two samples; 2 when absent. */
  seconds?: number;
  /** Our clock around the questions; the moment of the snapshot when absent. */
  asked?: ReadNode['asked'];
  /** Over a standalone Redis 7.0.15. */
  identity?: Partial<ServerIdentity>;
  origin?: Origin;
  /** Its place in a cluster. */
  seat?: Seat;
}

export interface UnreadSketch {
  name?: string;
  cause: UnreadCause;
  detail?: string;
  origin?: Origin;
  seat?: Seat;
}

export interface SceneSketch {
  target?: Partial<Target>;
  nodes: readonly (ReadSketch | UnreadSketch)[];
  sentinels?: readonly (ReadSketch | UnreadSketch)[];
  /** By node name. */
  series?: Readonly<Record<string, readonly Point[]>>;
}

const NAME = '127.0.0.1:6379';

/** When a scene was seen, epoch ms. */
export const TAKEN_AT = 1_800_000_000_000;

/** A snapshot built from literal readings. */
export function scene({ target, nodes, sentinels = [], series = {} }: SceneSketch): Snapshot {
  const built = nodes.map(nodeOf);
  return {
    target: { ...targetOf(built), ...target },
    nodes: built,
    sentinels: sentinels.map(nodeOf),
    series: new Map(Object.entries(series)),
    takenAt: TAKEN_AT,
    tookMs: 2100,
  };
}

/** What a rule answers, short enough for a table: a severity, `clear` or `unassessed`. One word a node, in order. */
export function said(rule: Rule, snapshot: Snapshot, id = 'rule'): string {
  return rule.assess(id, snapshot).map(word).join(' ');
}

function word(assessment: Assessment): string {
  return assessment.kind === 'found' ? assessment.severity : assessment.kind;
}

function targetOf(nodes: readonly Node[]): Target {
  const seeds = nodes.slice(0, 1).map((node) => node.address);
  return plainTarget({ name: TargetName.parse('prod'), kind: nodes.length > 1 ? 'replication' : 'standalone', seeds });
}

function nodeOf(sketch: ReadSketch | UnreadSketch): Node {
  const name = sketch.name ?? NAME;
  const address = addressOf(name);
  const origin = sketch.origin ?? 'seed';
  const seat = sketch.seat && { seat: sketch.seat };
  if ('cause' in sketch) {
    return {
      kind: 'unread',
      name,
      address,
      origin,
      ...seat,
      cause: sketch.cause,
      detail: sketch.detail ?? sketch.cause,
    };
  }
  const identity: ServerIdentity = {
    engine: 'redis',
    version: '7.0.15',
    mode: 'standalone',
    runId: `run-of-${name}`,
    role: sketch.role ?? 'primary',
    loading: false,
    replicas: [],
    ...sketch.identity,
  };
  const asked = sketch.asked ?? { from: TAKEN_AT, until: TAKEN_AT };
  return { kind: 'read', name, address, origin, ...seat, identity, asked, outcomes: outcomesOf(sketch) };
}

function outcomesOf({ readings, seconds = 2 }: ReadSketch): ReadNode['outcomes'] {
  return new Map(
    readings.map(([probe, now, before]): [Probe<unknown>, ProbeOutcome] => {
      if (typeof now === 'string') return [probe, { kind: 'unanswered', reason: now }];
      const reading = before === undefined ? { now, seconds: 0 } : { now, before, seconds };
      return [probe, { kind: 'read', reading }];
    }),
  );
}

function addressOf(name: string): Address {
  const at = name.lastIndexOf(':');
  return { host: name.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(name.slice(at + 1)) };
}
