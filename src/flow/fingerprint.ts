import type { Bound, Expectation, Watched } from '../domain/action.ts';
import { NotAnswered, type Probe } from '../domain/probe.ts';
import type { Shelf } from '../domain/shelf.ts';
import { nodeNamed, type ReadNode, readingOf, type Snapshot } from '../domain/snapshot.ts';

/** The value of a reading such as `memory-config.maxmemory` on a node, as text; throws NotAnswered when it could not be taken. */
export function readValue(node: ReadNode, probes: Shelf<Probe<unknown>>, reading: string): string {
  const [id = '', field = ''] = reading.split('.');
  const probe = probes.get(id);
  if (probe?.fields[field] === undefined) throw new NotAnswered(`there is no reading ${reading}`);
  const value = (readingOf(node, probe).now as Record<string, string | number | undefined>)[field];
  if (value === undefined) throw new NotAnswered(`${node.name} does not report ${reading}`);
  return String(value);
}

/** The watched readings with the values that they have now; throws NotAnswered for one that cannot be looked at. */
export function fingerprint(
  watches: readonly Watched[],
  snapshot: Snapshot,
  probes: Shelf<Probe<unknown>>,
): Expectation[] {
  return watches.map(({ node, reading }) => ({ node, reading, value: valueAt(node, reading, snapshot, probes) }));
}

/** The expectations that no longer hold, with what is there now; a value that cannot be read has changed. */
export function drift(
  expects: readonly Expectation[],
  snapshot: Snapshot,
  probes: Shelf<Probe<unknown>>,
): { changed: { expectation: Expectation; now: string }[] } {
  const changed: { expectation: Expectation; now: string }[] = [];
  for (const expectation of expects) {
    const now = valueNow(expectation, snapshot, probes);
    if (now !== expectation.value) changed.push({ expectation, now });
  }
  return { changed };
}

/** Why a bound does not hold, for people; undefined when all hold. */
export function overstepped(
  bounds: readonly Bound[],
  snapshot: Snapshot,
  probes: Shelf<Probe<unknown>>,
): string | undefined {
  for (const { node, reading, below } of bounds) {
    const now = valueNow({ node, reading }, snapshot, probes);
    if (!(Number(now) < below)) return `${reading} of ${node} is ${now}, not below ${below}`;
  }
  return undefined;
}

/** The value as text, or why it cannot be read. */
export function valueNow({ node, reading }: Watched, snapshot: Snapshot, probes: Shelf<Probe<unknown>>): string {
  try {
    return valueAt(node, reading, snapshot, probes);
  } catch (error) {
    if (error instanceof NotAnswered) return `not readable (${error.message})`;
    throw error;
  }
}

function valueAt(name: string, reading: string, snapshot: Snapshot, probes: Shelf<Probe<unknown>>): string {
  const node = nodeNamed(snapshot, name);
  if (node === undefined) throw new NotAnswered(`${name} is no longer a member of ${snapshot.target.name}`);
  if (node.kind === 'unread') throw new NotAnswered(`${name}: ${node.detail}`);
  return readValue(node, probes, reading);
}
