import { type Backup, keysIn } from '../../domain/backup.ts';
import type { RdbKey } from '../../domain/rdb.ts';
import type { DeedContext } from '../ports.ts';
import { type Census, census } from './census.ts';
import { compareKeys, type Drawn } from './compare-keys.ts';
import type { Works } from './works.ts';

type Where = Pick<DeedContext, 'node' | 'target'>;

/**
 * Compares a server that has loaded a backup with the file: the keys of each database, the libraries of functions, and drawn
 * keys by type, expiry and content. `served`: clients may have written since, and what they may have changed is allowed for.
 */
export async function compareWithServer(
  works: Works,
  backup: Backup,
  sample: readonly RdbKey[],
  { node, target }: Where,
  { served = false } = {},
): Promise<{ done: string } | { failed: string }> {
  const before = await census(works.servers, node, target);
  if (typeof before === 'string') return { failed: before };
  const ahead = before.at === undefined ? undefined : before.at - works.clock.now();
  const drawn = await compareKeys(works, sample, { node, target, ahead });
  // After the keys, so that whatever changed one of them is counted.
  const seen = await census(works.servers, node, target);
  if (typeof seen === 'string') return { failed: seen };
  const changes = served ? seen.changes : 0;
  const wrong =
    (served ? misloaded(backup, seen) : undefined) ??
    miscounted(backup, seen.keys, changes) ??
    misprogrammed(backup, seen, changes) ??
    misdrawn(drawn, changes);
  if (wrong !== undefined) return { failed: `it does not hold what ${backup.id} does: ${wrong}` };
  return { done: [counted(backup, seen, served), functionsOf(backup, seen), keysOf(drawn)].join('; ') };
}

/** By its own count while it loaded, which no client changes. */
function misloaded(backup: Backup, { loaded }: Census): string | undefined {
  const keys = keysIn(backup);
  return loaded === undefined || loaded === keys ? undefined : `it loaded ${loaded} keys, the file has ${keys}`;
}

/** A replica keeps what has expired until its primary says otherwise; some versions drop it while they load. */
function miscounted({ databases }: Backup, seen: ReadonlyMap<number, number>, changes: number): string | undefined {
  const wanted = new Map(databases.map((one) => [one.database, one]));
  for (const database of new Set([...wanted.keys(), ...seen.keys()])) {
    const { keys = 0, expiring = 0 } = wanted.get(database) ?? {};
    const there = seen.get(database) ?? 0;
    if (there > keys + changes || there < keys - expiring - changes) {
      return `database ${database} has ${there} keys, the file ${keys}`;
    }
  }
  const total = [...seen.values()].reduce((sum, count) => sum + count, 0);
  const never = databases.reduce((sum, { keys, expiring }) => sum + keys - expiring, 0);
  return total === 0 && never > changes ? 'it holds no keys' : undefined;
}

function misprogrammed({ functions }: Backup, { libraries }: Census, changes: number): string | undefined {
  return libraries === undefined || Math.abs(libraries - functions) <= changes
    ? undefined
    : `libraries of functions: it has ${libraries}, the file ${functions}`;
}

/** A change may be of two keys, as with RENAME. */
function misdrawn({ compared, different }: Drawn, changes: number): string | undefined {
  const [first] = different;
  return first === undefined || different.length <= changes * 2
    ? undefined
    : `of ${compared} drawn keys ${different.length} are not as in the file: ${first}`;
}

function counted(backup: Backup, { total, keys, changes, loaded }: Census, served: boolean): string {
  const there = `${total} keys in ${keys.size} databases`;
  const file = `the file (${keysIn(backup)} in ${backup.databases.length})`;
  if (!served || changes === 0) return `${there}, as in ${file}`;
  const known = loaded === undefined ? 'how many it loaded it does not say' : `it loaded ${loaded}, as many as are in`;
  const since = Number.isFinite(changes) ? `${changes} changes since` : 'clients have written since';
  return `${there}, ${since}; ${known} ${file}`;
}

function functionsOf({ functions }: Backup, { libraries }: Census): string {
  if (libraries !== undefined) return `libraries of functions: ${libraries}`;
  return functions === 0 ? 'no functions' : 'functions could not be compared, as it does not count them';
}

function keysOf({ compared, byContent, different, unread, unweighed }: Drawn): string {
  if (unread !== undefined) return `single keys could not be compared (${unread})`;
  const changed = different.length === 0 ? '' : `, ${different.length} of which were changed since`;
  const values = unweighed === undefined ? '' : ` (their values could not be compared: ${unweighed})`;
  return `${compared} drawn keys compared, ${byContent} of them by content${values}${changed}`;
}
