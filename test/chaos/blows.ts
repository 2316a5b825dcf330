import { setTimeout as sleep } from 'node:timers/promises';
import type { Revivable } from './chaos-case.ts';
import type { Boundaries } from './mortal-ports.ts';

/** What goes wrong, and when: at the n-th commit, or before or after the n-th command. */
export type Blow =
  | { what: 'nothing' }
  | { what: 'bot dies'; at: 'committed' | 'sending' | 'sent'; count: number }
  | { what: 'server dies'; member: number; at: 'sending' | 'sent'; count: number }
  | { what: 'network is cut'; at: 'sending' | 'sent'; count: number }
  | { what: 'dead one returns'; at: 'sending' | 'sent'; count: number };

/** A killed server is back after this time, in ms, as its supervisor would have it. */
const REVIVAL_MS = 250;
/** A command that did not leave is tried so often. */
const TRIES = 3;

/** What a run passed when nothing went wrong. */
export interface Passed {
  commits: number;
  sends: number;
  members: number;
  /** How many of its servers are dead and may return. */
  dead: number;
}

/**
 * What can go wrong at every command: the death of the bot and a cut network before and after it, that of a server before
 * one and after the next; and the death of the bot at some commits. With CHAOS=all everything everywhere.
 */
export function blowsFor({ commits, sends, members, dead }: Passed, all = process.env.CHAOS === 'all'): Blow[] {
  const counts = Array.from({ length: sends }, (_none, at) => at + 1);
  const atCommits = Array.from({ length: commits }, (_none, at) => at + 1).filter((count) => all || count % 5 === 1);
  const aroundSends = counts.flatMap((count) => (['sending', 'sent'] as const).map((at) => ({ at, count })));
  return [
    ...atCommits.map((count): Blow => ({ what: 'bot dies', at: 'committed', count })),
    ...aroundSends.flatMap((when): Blow[] => [
      { what: 'bot dies', ...when },
      { what: 'network is cut', ...when },
      ...(dead > 0 ? [{ what: 'dead one returns' as const, ...when }] : []),
      ...Array.from({ length: members }, (_none, member) => member)
        .filter((member) => all || (when.at === 'sent') === ((when.count + member) % 2 === 0))
        .map((member): Blow => ({ what: 'server dies', member, ...when })),
    ]),
  ];
}

/** The boundaries at which a blow falls; `revived` waits until a killed server is back. */
export function falling(blow: Blow, members: readonly Revivable[], dead?: Revivable) {
  const passed = { commits: 0, sends: 0 };
  let reviving: Promise<unknown> = Promise.resolve();
  const kill = (member: number) => {
    const victim = members[member];
    victim?.server.kill('SIGKILL');
    reviving = sleep(REVIVAL_MS).then(() => victim?.revive());
  };
  const around = async (at: 'sending' | 'sent', count: number) => {
    if (blow.what === 'nothing' || blow.at !== at) return 'on' as const;
    if (blow.what === 'network is cut') {
      if (at === 'sent')
        return blow.count === count ? ({ kind: 'unknown', why: 'the network was cut' } as const) : 'on';
      const isTry = count >= blow.count && count < blow.count + TRIES;
      return isTry ? ({ kind: 'not-sent', why: 'the network was cut' } as const) : 'on';
    }
    if (blow.count !== count) return 'on' as const;
    if (blow.what === 'bot dies') return 'die' as const;
    if (blow.what === 'dead one returns') await dead?.revive();
    else kill(blow.member);
    return 'on' as const;
  };
  const boundaries: Boundaries = {
    committed(count) {
      passed.commits = count;
      return blow.what === 'bot dies' && blow.at === 'committed' && blow.count === count ? 'die' : 'on';
    },
    sending(count) {
      passed.sends = count;
      return around('sending', count);
    },
    sent: (count) => around('sent', count),
  };
  return { boundaries, passed, revived: () => reviving };
}
