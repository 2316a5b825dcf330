import { duration } from './units.ts';

/** A replica that could take over for its failed primary. */
export interface Candidate {
  name: string;
  readable: boolean;
  /** cluster-replica-no-failover. */
  forbidden: boolean;
  /** For how long its link to the primary has been down, in seconds; undefined when it does not say. */
  staleSeconds: number | undefined;
  /** More than this and it does not stand for election; undefined when there is no such limit. */
  mostStaleSeconds: number | undefined;
}

/** Why nobody has taken over for a failed primary, as far as can be told. */
export function whyNoFailover(candidates: readonly Candidate[], voters: { alive: number; total: number }): string {
  if (candidates.length === 0) return 'it has no replica';
  if (voters.alive * 2 <= voters.total)
    return `${voters.alive} of ${voters.total} primaries are left, no majority to elect one`;
  const readable = candidates.filter((one) => one.readable);
  if (readable.length === 0) return 'none of its replicas answers either';
  const willing = readable.filter(({ forbidden }) => !forbidden);
  if (willing.length === 0) return `cluster-replica-no-failover is yes on ${namesOf(readable)}`;
  const fresh = willing.filter(
    ({ staleSeconds = 0, mostStaleSeconds = Number.POSITIVE_INFINITY }) => staleSeconds <= mostStaleSeconds,
  );
  const [first] = willing;
  if (fresh.length === 0 && first) {
    return `the data of ${first.name} is ${duration(first.staleSeconds ?? 0)} old, more than the ${duration(first.mostStaleSeconds ?? 0)} that cluster-replica-validity-factor admits`;
  }
  return `${namesOf(fresh)} may: an election takes a few seconds; after that its log says what keeps it`;
}

function namesOf(candidates: readonly Candidate[]): string {
  return candidates.map(({ name }) => name).join(' and ');
}
