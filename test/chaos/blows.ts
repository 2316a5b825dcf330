import { setTimeout as sleep } from 'node:timers/promises';
import type { Mortal, Revivable } from './chaos-case.ts';
import type { Boundaries, Fate } from './mortal-ports.ts';

/** Before or after the n-th command, or the n-th parcel of keys that a deed carries. */
type Moment = { at: 'sending' | 'sent' | 'carrying' | 'carried'; count: number };

/** What goes wrong, and when. */
export type Blow =
  | { what: 'nothing' }
  | { what: 'bot dies'; at: 'committed'; count: number }
  | ({ what: 'bot dies' } & Moment)
  | ({ what: 'server dies'; member: number } & Moment)
  | ({ what: 'network is cut' } & Moment)
  | ({ what: 'dead one returns' } & Moment);

/** A killed server is back after this time, in ms, as its supervisor would have it. */
const REVIVAL_MS = 250;
/** A command that did not leave is tried so often. */
const TRIES = 3;

/** What a run passed when nothing went wrong. */
export interface Passed {
  commits: number;
  sends: number;
  carries: number;
  members: number;
  /** How many of its servers are dead and may return. */
  dead: number;
}

/**
 * What can go wrong at every command: the death of the bot and a cut network before and after it, that of a server before
 * one and after the next; the same at some parcels of keys, and the death of the bot at some commits. With CHAOS=all
 * everything everywhere.
 */
export function blowsFor(
  { commits, sends, carries, members, dead }: Passed,
  all = process.env.CHAOS === 'all',
): Blow[] {
  const atCommits = upTo(commits).filter((count) => all || count % 5 === 1);
  const aroundSends = upTo(sends).flatMap((count) => [
    { at: 'sending', count } as const,
    { at: 'sent', count } as const,
  ]);
  const aroundCarries = upTo(carries).flatMap((count) => [
    ...(all || count === 1 ? [{ at: 'carrying', count } as const] : []),
    ...(all || count === carries || count === Math.ceil(carries / 2) ? [{ at: 'carried', count } as const] : []),
  ]);
  return [
    ...atCommits.map((count): Blow => ({ what: 'bot dies', at: 'committed', count })),
    ...[...aroundSends, ...aroundCarries].flatMap((when): Blow[] => [
      { what: 'bot dies', ...when },
      { what: 'network is cut', ...when },
      ...(dead > 0 ? [{ what: 'dead one returns' as const, ...when }] : []),
      ...Array.from({ length: members }, (_none, member) => member)
        .filter((member) => all || (when.at === 'sent' || when.at === 'carried') === ((when.count + member) % 2 === 0))
        .map((member): Blow => ({ what: 'server dies', member, ...when })),
    ]),
  ];
}

function upTo(most: number): number[] {
  return Array.from({ length: most }, (_none, at) => at + 1);
}

/** The boundaries at which a blow falls; `revived` waits until a killed server is back. */
export function falling(blow: Blow, members: readonly Revivable<Mortal>[], dead?: Revivable) {
  const passed = { commits: 0, sends: 0, carries: 0 };
  let reviving: Promise<{ failed?: unknown }> = Promise.resolve({});
  const kill = (member: number) => {
    const victim = members[member];
    if (!victim) return;
    victim.server.kill('SIGKILL');
    // It is asked for later, and must not be an unhandled rejection until then.
    reviving = revive(victim).then(
      () => ({}),
      (failed: unknown) => ({ failed }),
    );
  };
  const around = async (at: Moment['at'], count: number): Promise<Fate> => {
    if (blow.what === 'nothing' || blow.at !== at) return 'on';
    const tries = blow.what === 'network is cut' && at === 'sending' ? TRIES : 1;
    if (count < blow.count || count >= blow.count + tries) return 'on';
    if (blow.what === 'bot dies') return 'die';
    if (blow.what === 'network is cut') return 'cut';
    if (blow.what === 'dead one returns') await dead?.revive();
    else kill(blow.member);
    return 'on';
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
    carrying(count) {
      passed.carries = count;
      return around('carrying', count);
    },
    carried: (count) => around('carried', count),
  };
  const revived = async () => {
    const { failed } = await reviving;
    if (failed !== undefined) throw failed;
  };
  return { boundaries, passed, revived };
}

/** On a busy machine a killed process takes some time to go, and keeps its port until then. */
async function revive({ server: { pid }, revive: start }: Revivable<Mortal>): Promise<void> {
  for (let left = 500; left > 0 && pid !== undefined && isThere(pid); left -= 1) await sleep(20);
  await sleep(REVIVAL_MS);
  await start();
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
