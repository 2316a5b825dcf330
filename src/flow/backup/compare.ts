import { type Backup, keysIn } from '../../domain/backup.ts';
import type { RdbKey } from '../../domain/rdb.ts';
import type { DeedContext } from '../ports.ts';
import { askOfKeys } from './ask-of-keys.ts';
import { census } from './census.ts';
import type { Works } from './works.ts';

/**
 * Compares a server that has loaded a backup, and takes no writes yet, with the file: the keys of each database, and that
 * drawn keys are there with their type.
 */
export async function compareWithServer(
  works: Works,
  backup: Backup,
  sample: readonly RdbKey[],
  { node, target }: Pick<DeedContext, 'node' | 'target'>,
): Promise<{ done: string } | { failed: string }> {
  const seen = await census(works.servers, node, target);
  if (typeof seen === 'string') return { failed: seen };
  const wrong = miscounted(backup, seen.keys);
  if (wrong !== undefined) return { failed: `it does not hold the keys of ${backup.id}: ${wrong}` };
  const asked = await askAbout(works, sample, { node, target });
  if (typeof asked !== 'string' && asked.different[0]) {
    return {
      failed: `of ${asked.compared} drawn keys ${asked.different.length} are not as in ${backup.id}: ${asked.different[0]}`,
    };
  }
  const drawn =
    typeof asked === 'string'
      ? `single keys could not be compared (${asked})`
      : `${asked.compared} drawn keys are there`;
  return { done: `${seen.total} keys, as in the file (${keysIn(backup)}); ${drawn}` };
}

/** A replica keeps what has expired until its primary says otherwise; some versions drop it while they load. */
function miscounted({ databases }: Backup, seen: ReadonlyMap<number, number>): string | undefined {
  const wanted = new Map(databases.map((one) => [one.database, one]));
  for (const database of new Set([...wanted.keys(), ...seen.keys()])) {
    const { keys = 0, expiring = 0 } = wanted.get(database) ?? {};
    const there = seen.get(database) ?? 0;
    if (there > keys || there < keys - expiring) return `database ${database} has ${there} keys, the file ${keys}`;
  }
  const total = [...seen.values()].reduce((sum, count) => sum + count, 0);
  const never = databases.reduce((sum, { keys, expiring }) => sum + keys - expiring, 0);
  return total === 0 && never > 0 ? 'it holds no keys' : undefined;
}

async function askAbout(
  { servers, clock }: Works,
  sample: readonly RdbKey[],
  where: Pick<DeedContext, 'node' | 'target'>,
): Promise<{ compared: number; different: string[] } | string> {
  const alive = sample.filter(
    ({ expiresAt, kind }) => kind !== 'module' && (expiresAt ?? Infinity) > clock.now() + 5000,
  );
  const asked = await askOfKeys(servers, where, alive, ({ name }) => [['TYPE', name]]);
  if (typeof asked === 'string') return asked;
  const different = asked.flatMap(({ key: { database, kind }, replies: [reply] }) => {
    const type = typeof reply === 'string' ? reply : 'none';
    return type === kind ? [] : [`a ${kind} of database ${database} is ${type === 'none' ? 'not there' : `a ${type}`}`];
  });
  return { compared: alive.length, different };
}
