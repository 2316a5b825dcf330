import { type Command, ReplyError } from '../../domain/command.ts';
import { ConnectionLost } from '../../domain/connection-lost.ts';
import { differenceOf } from '../../domain/key-difference.ts';
import type { RdbKey } from '../../domain/rdb.ts';
import type { DeedContext } from '../ports.ts';
import { askOfKeys } from './ask-of-keys.ts';
import type { Works } from './works.ts';

/** Values that are asked for in one go. */
const AT_ONCE = 25;
/** What expires so soon may be gone while it is asked for. */
const SOON_MS = 5000;

/** Keys that were drawn from a file, beside what a server shows of them. */
export interface Drawn {
  compared: number;
  byContent: number;
  /** In what each of those differs that do. */
  different: readonly string[];
  /** Why nothing could be asked, or why no values. */
  unread?: string;
  unweighed?: string;
}

/** `ahead`: by how much the server's clock is ahead of ours, ms. */
type Where = Pick<DeedContext, 'node' | 'target'> & { ahead: number | undefined };

/** Compares drawn keys with those of a server by type, expiry and, where the login that repairs may see values, content. */
export async function compareKeys(works: Works, sample: readonly RdbKey[], where: Where): Promise<Drawn> {
  const now = () => (where.ahead === undefined ? undefined : works.clock.now() + where.ahead);
  const soon = (now() ?? works.clock.now()) + SOON_MS;
  const alive = sample.filter(({ expiresAt, kind }) => kind !== 'module' && (expiresAt ?? Infinity) > soon);
  const asked = await askOfKeys(works.servers, where, alive, ({ name }) => [
    ['TYPE', name],
    ['PTTL', name],
  ]);
  if (typeof asked === 'string') return { compared: 0, byContent: 0, different: [], unread: asked };
  const askedAt = now();
  const contents = await contentsOf(works, alive, where);
  const digests = typeof contents === 'string' ? new Map<RdbKey, string>() : contents;
  const different = asked.flatMap(({ key, replies: [type, left] }) => {
    const how = differenceOf(key, { type, left, digest: digests.get(key) }, askedAt);
    return how === undefined ? [] : [`a ${key.kind} of database ${key.database}: ${how}`];
  });
  const sums = { compared: alive.length, byContent: digests.size, different };
  return typeof contents === 'string' ? { ...sums, unweighed: contents } : sums;
}

/** Digests of what the server holds, for keys of which the file's is known; a sentence is the reason why there are none. */
async function contentsOf(
  { servers, rdb }: Works,
  keys: readonly RdbKey[],
  { node, target }: Where,
): Promise<Map<RdbKey, string> | string> {
  const known = keys.filter(({ digest }) => digest !== undefined);
  const opened = await servers.carry(node, target);
  if (opened.kind === 'refused') return opened.detail;
  const { session } = opened;
  const found = new Map<RdbKey, string>();
  try {
    for (let at = 0; at < known.length; at += AT_ONCE) {
      const some = known.slice(at, at + AT_ONCE);
      const { replies } = await session.send(
        some.flatMap(({ database, name }): Command[] => [
          ['SELECT', String(database)],
          ['DUMP', name],
        ]),
      );
      const refused = replies.find((reply) => reply instanceof ReplyError);
      if (refused instanceof ReplyError) return refused.message;
      for (const [index, key] of some.entries()) {
        const dump = replies[index * 2 + 1];
        const digest = typeof dump === 'string' ? rdb.digestOf(Buffer.from(dump, 'latin1')) : undefined;
        if (digest !== undefined) found.set(key, digest);
      }
    }
    return found;
  } catch (error) {
    if (error instanceof ConnectionLost) return error.message;
    throw error;
  } finally {
    session.close();
  }
}
