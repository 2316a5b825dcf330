import { type Point, pointOf } from '../../domain/series.ts';
import { kindOf } from '../../domain/server.ts';
import { carryOn, type Standing, type Standings } from '../../domain/standing.ts';
import type { Target } from '../../domain/target.ts';
import type { WatchSettings } from '../../domain/watch-settings.ts';
import { kept } from '../past.ts';
import type { Ports } from '../ports.ts';
import type { Sample } from '../sample.ts';
import { judgeLook } from './judge-look.ts';
import { keepSessions } from './kept-sessions.ts';
import { type Look, look } from './look.ts';
import { isCurrent, type Memory, recall, withPoints } from './memory.ts';
import { raise, resolve } from './raise.ts';

/** A target that is sampled again and again, with what is remembered between two looks. */
export interface WatchedTarget {
  target: Target;
  everyMs: number;
  /** Looks once: keeps what was seen, judges it, and raises or resolves what has stayed for long enough. */
  sample(): Promise<void>;
  /** Forgets what another process knows better: when it sampled each node is in the store. */
  compare(sampledAt: ReadonlyMap<string, number>): void;
  close(): void;
}

/** Counters of two looks are compared over two minutes, or over a few intervals where these are longer. */
const OLDEST_MS = 120_000;
const OLDEST_INTERVALS = 3;

export function watchTarget(ports: Ports, target: Target, settings: WatchSettings): WatchedTarget {
  const { clock, store, shelves, meter } = ports;
  const everyMs = (target.watch || settings).everySeconds * 1000;
  const oldestMs = Math.max(OLDEST_MS, OLDEST_INTERVALS * everyMs);
  const sessions = keepSessions(ports.servers, clock);
  const probes = [...shelves.probes.values()];
  let memory: Memory | undefined;

  function judged(seen: Look, before: Memory): Standings {
    if (settings.raiseAfterSeconds === undefined) return { all: [], due: [], over: [] };
    const sight = judgeLook(seen, before, clock.now(), { shelves, oldestMs });
    return carryOn(before.standings, sight, { everyMs, raiseAfterMs: settings.raiseAfterSeconds * 1000 });
  }

  async function keep(fresh: Fresh, before: Memory, samples: Memory['samples'], standings: readonly Standing[]) {
    const gone = [...before.samples.keys()].filter((node) => !samples.has(node));
    await store.transaction(async (tx) => {
      for (const [node, sample] of fresh.samples) {
        await tx.keepSample(target.name, node, kept(sample), fresh.points.get(node));
      }
      if (gone.length > 0) await tx.forgetSamples(target.name, gone);
      if (before.standings.length > 0 || standings.length > 0) await tx.saveStandings(target.name, standings);
    });
  }

  /** What was raised and resolved is known from then on; what a closer look did not confirm begins anew. */
  async function act({ all, due, over }: Standings, before: Memory): Promise<readonly Standing[]> {
    if (due.length === 0 && over.length === 0) return all;
    const samples = new Map([...before.samples].map(([node, sample]) => [node, kept(sample)]));
    const raised = due.length > 0 ? await raise(ports, target, due, samples) : [];
    await resolve(ports, target, over);
    const after = all.map((one) => {
      if (raised.includes(one)) return { ...one, raised: one.since };
      if (due.includes(one)) return { ...one, since: clock.now() };
      return over.includes(one) ? { ...one, raised: null } : one;
    });
    await store.transaction((tx) => tx.saveStandings(target.name, after));
    return after;
  }

  return {
    target,
    everyMs,
    async sample() {
      const before = memory ?? (await recall(store, target, clock.now()));
      // Whatever fails from here on, the store is asked again.
      memory = undefined;
      const seen = await look({ servers: sessions, probes, clock }, before.target ?? target, before.samples);
      sessions.prune();
      const fresh = freshOf(seen);
      count(seen);
      const standings = judged(seen, before);
      const samples = remembered(seen, fresh, before);
      await keep(fresh, before, samples, standings.all);
      const { recalledAt } = before;
      const series = withPoints(before, fresh.points);
      memory = { recalledAt, target: seen.target, samples, series, standings: standings.all };
      memory = { ...memory, standings: await act(standings, before) };
    },
    compare(sampledAt) {
      if (memory && !isCurrent(memory, sampledAt, clock.now())) memory = undefined;
    },
    close: () => sessions.close(),
  };

  function count({ servers, sentinels }: Look): void {
    for (const { kind } of [...servers, ...sentinels]) {
      meter.count('redis_medic_samples_total', { outcome: kind === 'seen' ? 'taken' : 'failed' });
    }
  }
}

interface Fresh {
  samples: ReadonlyMap<string, Sample>;
  points: ReadonlyMap<string, Point>;
}

function freshOf({ servers, sentinels }: Look): Fresh {
  const seen = [...servers, ...sentinels].filter((one) => one.kind === 'seen');
  const data = seen.filter(({ sample }) => kindOf(sample.identity) === 'server');
  return {
    samples: new Map(seen.map(({ member, sample }) => [member.name, sample])),
    points: new Map(data.map(({ member, sample }) => [member.name, pointOf(sample.at, sample.identity, sample.info)])),
  };
}

/** The newest sample of every node that is still a member, also of one that could not be read this time. */
function remembered({ servers, sentinels }: Look, fresh: Fresh, before: Memory): Map<string, Sample> {
  const names = [...servers, ...sentinels].map((one) => (one.kind === 'seen' ? one.member.name : one.name));
  const newest = names.map((name) => [name, fresh.samples.get(name) ?? before.samples.get(name)] as const);
  return new Map(newest.flatMap(([name, sample]) => (sample ? [[name, sample]] : [])));
}
