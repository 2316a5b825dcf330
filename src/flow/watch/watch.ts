import type { WatchSettings } from '../../domain/watch-settings.ts';
import type { Ports } from '../ports.ts';
import { dueWithin } from './schedule.ts';
import { type WatchedTarget, watchTarget } from './watched-target.ts';

export interface Watch {
  /** Length of the windows that this needs; undefined when nothing is watched. */
  windowMs: number | undefined;
  /** Samples each target whose moment lies in this window, at that moment. Returns when they are scheduled. */
  window(slot: number, lengthMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Samples the targets in the windows that fall to this process; a target that takes long holds no other up. */
export function makeWatch(ports: Ports, settings: WatchSettings | undefined): Watch {
  const { clock, log } = ports;
  const watched = settings
    ? [...ports.targets.values()].filter(({ watch }) => watch !== false).map((one) => watchTarget(ports, one, settings))
    : [];
  const stopping = new AbortController();
  const running = new Set<WatchedTarget>();
  const underWay = new Set<Promise<void>>();

  async function sampleAt(one: WatchedTarget, due: number): Promise<void> {
    await clock.sleep(Math.max(0, due - clock.now()), stopping.signal).catch(() => undefined);
    if (stopping.signal.aborted || running.has(one)) return;
    running.add(one);
    try {
      await one.sample();
    } catch (error) {
      log.error({ target: one.target.name, err: error }, 'sampling failed');
    } finally {
      running.delete(one);
    }
  }

  return {
    windowMs: watched.length > 0 ? Math.min(...watched.map(({ everyMs }) => everyMs)) : undefined,

    async window(slot, lengthMs) {
      // One that was asked for long ago, while nobody was at work.
      if (slot + lengthMs < clock.now()) return;
      const due = watched.flatMap((one) => {
        const at = dueWithin(slot, lengthMs, one.target.name, one.everyMs);
        return at === undefined ? [] : [{ one, at }];
      });
      const names = due.map(({ one }) => one.target.name);
      const sampledAt = await ports.store.transaction((tx) => tx.sampledAt(names));
      for (const { one, at } of due) {
        const newest = sampledAt.get(one.target.name) ?? new Map<string, number>();
        // By a process that died, so that its window came to us.
        if ([...newest.values()].some((sampled) => sampled >= at)) continue;
        one.compare(newest);
        const sampling = sampleAt(one, at);
        underWay.add(sampling);
        void sampling.finally(() => underWay.delete(sampling));
      }
    },

    async close() {
      stopping.abort();
      await Promise.all(underWay);
      for (const one of watched) one.close();
    },
  };
}
