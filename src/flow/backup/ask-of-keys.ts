import { type Command, type Reply, ReplyError } from '../../domain/command.ts';
import { ConnectionLost } from '../../domain/connection-lost.ts';
import type { RdbKey } from '../../domain/rdb.ts';
import type { Address, Target } from '../../domain/target.ts';
import type { Servers } from '../ports.ts';

/** Keys that are asked about in one go. */
const AT_ONCE = 25;

/** Asks a server about each of some keys, never for a value; a string is the reason why it does not tell. */
export async function askOfKeys<K extends RdbKey>(
  servers: Pick<Servers, 'readKeys'>,
  { node, target }: { node: Address; target: Target },
  keys: readonly K[],
  questions: (key: K) => Command[],
): Promise<{ key: K; replies: Reply[] }[] | string> {
  const opened = await servers.readKeys(node, target);
  if (opened.kind === 'refused') return opened.detail;
  const { session } = opened;
  const told: { key: K; replies: Reply[] }[] = [];
  try {
    // What some servers do not know or need they refuse, and go on: looking must not make a key look used, and in a cluster a
    // replica answers only when it is told so.
    await session.ask([['CLIENT', 'NO-TOUCH', 'on'], ['READONLY']]);
    for (let at = 0; at < keys.length; at += AT_ONCE) {
      const asked = keys
        .slice(at, at + AT_ONCE)
        .map((key) => ({ key, commands: [['SELECT', String(key.database)] as Command, ...questions(key)] }));
      const { replies } = await session.ask(asked.flatMap(({ commands }) => commands));
      const refused = replies.find((reply) => reply instanceof ReplyError && reply.code !== 'WRONGTYPE');
      if (refused instanceof ReplyError) return refused.message;
      for (const { key, commands } of asked) told.push({ key, replies: replies.splice(0, commands.length).slice(1) });
    }
    return told;
  } catch (error) {
    if (error instanceof ConnectionLost) return error.message;
    throw error;
  } finally {
    session.close();
  }
}
