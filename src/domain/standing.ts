/** A finding that `watch` sees on a node, or saw until lately: how long it has been there, or gone. */
export interface Standing {
  rule: string;
  node: string;
  /** Epoch ms since when it has been seen without a break. */
  since: number;
  /** Epoch ms at which it was last seen. */
  seenAt: number;
  /** Epoch ms since when it has been gone; null while it is there. */
  goneSince: number | null;
  /** `startsAt` of the signal that it raised and that is not resolved yet; null without one. */
  raised: number | null;
  /** How often it came back within an hour of having been gone. */
  returns: number;
}

/** What one judgement saw of the findings that matter. */
export interface Sight {
  at: number;
  found: readonly Pick<Standing, 'rule' | 'node'>[];
  /** True when the rule could not be judged for this node, so that its silence means nothing. */
  isUnknown: (standing: Standing) => boolean;
}

interface Patience {
  /** How long a finding must be there before it is raised, and gone before that is resolved. */
  raiseAfterMs: number;
  /** Between two judgements; much more than this without one is a break. */
  everyMs: number;
}

export interface Standings {
  all: Standing[];
  /** Have been there for long enough to be raised. */
  due: Standing[];
  /** Were raised and have been gone for long enough to be resolved. */
  over: Standing[];
}

/** A finding that comes back within this time of having been gone flaps. */
const FLAPS_MS = 3_600_000;
const MOST_DOUBLINGS = 3;
const MISSED = 4;

/** Carries the standings on by one judgement. What flaps is not raised and resolved each time: its end is believed later and later. */
export function carryOn(known: readonly Standing[], sight: Sight, patience: Patience): Standings {
  const nameOf = ({ rule, node }: Pick<Standing, 'rule' | 'node'>) => `${rule} ${node}`;
  const before = new Map(known.map((standing) => [nameOf(standing), standing]));
  const found = new Map(sight.found.map((one) => [nameOf(one), one]));
  const there = [...found].map(([name, one]) => seen(before.get(name), one, sight.at, patience));
  const absent = known.filter((standing) => !found.has(nameOf(standing)));
  const gone = absent
    .map((standing) => (sight.isUnknown(standing) ? standing : missed(standing, sight.at)))
    .filter((standing) => standing !== undefined);
  return {
    all: [...there, ...gone],
    due: there.filter(({ raised, since }) => raised === null && sight.at - since >= patience.raiseAfterMs),
    over: gone.filter((one) => one.raised !== null && isOver(one, sight.at, patience)),
  };
}

function seen(
  known: Standing | undefined,
  { rule, node }: Pick<Standing, 'rule' | 'node'>,
  at: number,
  { everyMs }: Patience,
): Standing {
  if (!known) return { rule, node, since: at, seenAt: at, goneSince: null, raised: null, returns: 0 };
  const wasGone = known.goneSince !== null;
  const isBroken = wasGone || at - known.seenAt > MISSED * everyMs;
  return {
    ...known,
    since: isBroken && known.raised === null ? at : known.since,
    seenAt: at,
    goneSince: null,
    returns: wasGone ? known.returns + 1 : known.returns,
  };
}

/** Undefined when there is nothing to remember: it was never raised, or so long ago that its return would be news. */
function missed(known: Standing, at: number): Standing | undefined {
  const wasEverRaised = known.raised !== null || known.returns > 0 || known.goneSince !== null;
  if (!wasEverRaised) return undefined;
  const goneSince = known.goneSince ?? at;
  return known.raised === null && at - goneSince > FLAPS_MS ? undefined : { ...known, goneSince };
}

function isOver({ goneSince, returns }: Standing, at: number, { raiseAfterMs }: Patience): boolean {
  const patience = raiseAfterMs * 2 ** Math.min(returns, MOST_DOUBLINGS);
  return goneSince !== null && at - goneSince >= patience;
}
