import { defineRule, type Found } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny, readNodes, readSentinels, type Snapshot } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import clock from '../../probes/clock.ts';
import sentinelInfo from '../../probes/sentinel-info.ts';

const WARNING_SECONDS = 2;

/** How far a clock is ahead of ours, in seconds: it was read some time between our question and its answer. */
interface Offset {
  name: string;
  least: number;
  most: number;
}

/** The clock of a server is off, against those of the others and against ours. */
export default defineRule({
  scope: 'target',
  needs: { clock },
  more:
    'Expiry times, TTLs that travel in replication and backups, ages in SLOWLOG and the timers of Sentinel all stand on the ' +
    "host's clock. Usually time is not synchronized on that host, or it was paused or set by hand. Check chrony or ntpd there, " +
    'and let it slew the clock: a jump expires keys at once and sends Sentinels into TILT.',
  explains: ['sentinel-tilt'],
  check(_all, { snapshot, threshold }) {
    const offsets = offsetsOf(snapshot);
    // Of servers that could not be read at all other findings tell.
    if (readNodes(snapshot).length + readSentinels(snapshot).length === 0) return [];
    if (offsets.length === 0) return { unassessed: 'no server told its time' };
    const allowed = threshold('warningSeconds', WARNING_SECONDS);
    const right = middleOf(offsets);
    const odd = offsets.filter((one) => off(one, right) > allowed);
    const ours = off({ name: '', least: 0, most: 0 }, right);
    if (ours > allowed) return [aboutUs(snapshot, offsets, right), ...odd.map((one) => told(one, right, allowed))];
    if (odd.length > 0) return odd.map((one) => told(one, right, allowed));
    return apart(offsets, allowed);
  },
});

function offsetsOf(snapshot: Snapshot): Offset[] {
  return [...readNodes(snapshot), ...readSentinels(snapshot)].flatMap((node) => {
    const seconds = timeOf(node);
    if (seconds === undefined) return [];
    return { name: node.name, least: seconds - node.asked.until / 1000, most: seconds - node.asked.from / 1000 };
  });
}

/** Sentinels know no TIME, but tell it in INFO. */
function timeOf(node: ReadNode): number | undefined {
  const microseconds = readingIfAny(node, sentinelInfo)?.now.server_time_usec;
  return microseconds === undefined ? readingIfAny(node, clock)?.now.epochSeconds : microseconds / 1_000_000;
}

/** What most clocks say, ours among them; of two in the middle the one nearer to ours. */
function middleOf(offsets: readonly Offset[]): number {
  const sorted = [0, ...offsets.map(({ least, most }) => (least + most) / 2)].sort((one, other) => one - other);
  const [lower = 0, upper = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return Math.abs(lower) <= Math.abs(upper) ? lower : upper;
}

/** How far it is off for certain, whichever way. */
function off({ least, most }: Offset, right: number): number {
  return Math.max(least - right, right - most, 0);
}

function told(one: Offset, right: number, allowed: number): Found & { node: string } {
  const ahead = one.least > right;
  return {
    node: one.name,
    severity: 'warning',
    headline: `The clock of this host is ${duration(off(one, right))} ${ahead ? 'ahead' : 'behind'}`,
    evidence: [evidenceOf(one, allowed)],
  };
}

function aboutUs(snapshot: Snapshot, offsets: readonly Offset[], right: number): Found & { node: string } {
  return {
    node: snapshot.target.name,
    severity: 'warning',
    headline: `The clock of the machine that asks is ${duration(Math.abs(right))} ${right > 0 ? 'behind' : 'ahead of'} those of the servers`,
    evidence: offsets.map((one) => evidenceOf(one, WARNING_SECONDS)),
  };
}

/** None is far from the middle, but two are far from each other. */
function apart(offsets: readonly Offset[], allowed: number): (Found & { node: string })[] {
  const latest = offsets.toSorted((one, other) => other.least - one.least)[0];
  const earliest = offsets.toSorted((one, other) => one.most - other.most)[0];
  if (!latest || !earliest || latest.least - earliest.most <= allowed) return [];
  return [
    {
      node: earliest.name,
      severity: 'warning',
      headline: `The clock of this host is ${duration(latest.least - earliest.most)} behind that of ${latest.name}`,
      evidence: [latest, earliest].map((one) => evidenceOf(one, allowed)),
    },
  ];
}

function evidenceOf({ name, least, most }: Offset, allowed: number): Found['evidence'][number] {
  const seconds = (least + most) / 2;
  return {
    field: `TIME of ${name} - ours`,
    value: `${seconds >= 0 ? '+' : ''}${seconds.toFixed(1)} s`,
    expected: `within ${allowed} s`,
  };
}
