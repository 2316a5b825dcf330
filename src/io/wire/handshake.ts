import { printable } from '../../domain/printable.ts';
import type { Credentials } from '../../domain/target.ts';
import type { Refused } from '../../flow/backup/ports.ts';
import { authDetail } from '../greeting.ts';
import type { Link } from './link.ts';
import { type Frame, frameIn } from './payload.ts';

export interface Agreed {
  kind: 'agreed';
  replicationId: string;
  offset: number;
  frame: Frame;
  /** It expects no sign of life from us. */
  rdbOnly: boolean;
}

/** The server then keeps no writes back for us, does not count us among its replicas, and hangs up when all is sent. */
const RDB_ONLY = ['rdb-only', '1'] as const;

/** What some versions do not know they refuse, and go on. */
const CAPABILITIES = [
  // Sentinels take every replica of a primary for one of theirs, and keep it; one with no such port they pass over.
  ['listening-port', '-1'],
  RDB_ONLY,
  // Valkey 9 writes for an older replica what that one can read, which is not all that it may hold.
  ['version', '255.255.255'],
  ['capa', 'eof', 'capa', 'psync2'],
] as const;

/** Said to whoever connects, whatever they ask. */
const TURNED_AWAY = /^-(DENIED|ERR max number of clients)/;

/** Logs in and asks for a full copy, up to its first byte. Rejects with LinkLost. */
export async function askForCopy(link: Link, credentials: Credentials): Promise<Agreed | Refused> {
  const { username, password } = credentials;
  if (username !== undefined || password !== undefined) {
    // Never in one go with what follows: some versions then never answer what comes after a refused login.
    const answer = await ask(link, ['AUTH', ...(username === undefined ? [] : [username]), password ?? '']);
    if (TURNED_AWAY.test(answer)) return whyNot(answer, username);
    if (answer !== '+OK') return refused(authDetail(answer.slice(1), username));
  }
  let rdbOnly = false;
  for (const words of CAPABILITIES) {
    const answer = await ask(link, ['REPLCONF', ...words]);
    if (TURNED_AWAY.test(answer) || /^-(NOAUTH|NOPERM)/.test(answer)) return whyNot(answer, username);
    if (words === RDB_ONLY) rdbOnly = answer === '+OK';
  }
  const answer = await ask(link, ['PSYNC', '?', '-1']);
  const [, replicationId, offset] = /^\+FULLRESYNC ([0-9a-f]{40}) (-?\d+)$/.exec(answer) ?? [];
  if (replicationId === undefined) return whyNot(answer, username);
  const announced = await link.line();
  const frame = frameIn(announced);
  if (!frame) return whyNot(announced, username);
  return { kind: 'agreed', replicationId, offset: Number(offset), frame, rdbOnly };
}

async function ask(link: Link, words: [string, ...string[]]): Promise<string> {
  link.send(words);
  return link.line();
}

function whyNot(line: string, username: string | undefined): Refused {
  const said = printable(line.slice(0, 200));
  const who = username ?? 'the default user';
  if (line.startsWith('-NOPERM')) {
    return refused(`${who} may not ask for a copy: it needs +psync +replconf +ping. The server said: ${said}`);
  }
  if (line.startsWith('-NOAUTH')) return refused('it asks for a password and none is set for this target');
  if (line.startsWith('-DENIED')) return refused(`it is in protected mode: ${said}`);
  if (line.startsWith('-ERR max number of clients'))
    return later('it takes no more connections: maxclients is reached');
  if (line.startsWith('-LOADING')) return later('it is loading its own data and gives no copy before it is ready');
  if (line.startsWith('-NOMASTERLINK')) {
    return later('it is a replica that has lost its primary, so it gives no copy: its data may be old');
  }
  if (line.startsWith('-MASTERDOWN')) return later(`it is a replica that has lost its primary: ${said}`);
  if (line.startsWith('-BUSY')) return later(`it runs a script that does not end: ${said}`);
  if (/^-ERR .*BGSAVE failed/i.test(line)) {
    return later(
      `it could not save its data, which a copy begins with; its log says why (fork, memory or disk): ${said}`,
    );
  }
  if (/^-ERR unknown command/i.test(line))
    return refused(`it gives no copy over the wire (managed services do not): ${said}`);
  return refused(`it did not give a copy: ${said}`);
}

function refused(because: string): Refused {
  return { kind: 'refused', because, again: false };
}

function later(because: string): Refused {
  return { kind: 'refused', because, again: true };
}
