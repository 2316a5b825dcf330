import type { Command, Reply } from '../domain/command.ts';
import { connectionName, parseNodeName, type Target } from '../domain/target.ts';
import type { Clock, Opened, ReadOnlySession, Servers } from './ports.ts';
import { keyOf } from './questions.ts';

export interface Question {
  /** The target with the login for this node. */
  as: Target;
  /** INFO among them. */
  commands: readonly Command[];
}

/** Servers of which it is known beforehand what they will be asked. */
interface Eager extends Servers {
  /** Closes what nobody came for. */
  close(): void;
}

/**
 * Opens each of these nodes at once and asks it everything in one round trip. Whoever reads it then is answered from
 * that: INFO as often as it is asked alone, the rest once; what is asked later is sent.
 */
export function askAtOnce(servers: Servers, questions: ReadonlyMap<string, Question>, clock: Clock): Eager {
  const opening = new Map<string, Promise<Opened<ReadOnlySession>>>();
  for (const [name, { as, commands }] of questions) {
    opening.set(
      connectionName(parseNodeName(name), as),
      servers.read(parseNodeName(name), as).then((opened) => asked(opened, commands, clock)),
    );
  }
  return {
    ...servers,
    read(address, as) {
      const name = connectionName(address, as);
      const opened = opening.get(name);
      opening.delete(name);
      return opened ?? servers.read(address, as);
    },
    close() {
      for (const opened of opening.values()) void opened.then((one) => one.kind === 'open' && one.session.close());
    },
  };
}

interface Early {
  answers: ReadonlyMap<string, Reply>;
  from: number;
  at: number;
}

function asked(opened: Opened<ReadOnlySession>, commands: readonly Command[], clock: Clock): Opened<ReadOnlySession> {
  if (opened.kind === 'refused') return opened;
  const { session } = opened;
  const known = new Set(commands.map(keyOf));
  let early: Promise<Early> | undefined = askEarly(session, commands, clock);
  let times: Early | undefined;
  // Whoever comes for the answers hears of it.
  early.catch(() => undefined);
  const ask = async (wanted: readonly Command[]) => {
    const keys = wanted.map(keyOf);
    times = undefined;
    if (!early || !keys.every((key) => known.has(key))) return session.ask(wanted);
    const given = await early;
    times = given;
    if (wanted.length > 1 && wanted.some(isInfo)) early = undefined;
    return keys.map((key) => given.answers.get(key) ?? null);
  };
  return { kind: 'open', session: { ...session, ask, beforehand: () => times } };
}

async function askEarly(session: ReadOnlySession, commands: readonly Command[], clock: Clock): Promise<Early> {
  const from = clock.now();
  const replies = await session.ask(commands);
  const answers = new Map(commands.map((command, index) => [keyOf(command), replies[index] ?? null]));
  return { answers, from, at: clock.now() };
}

function isInfo([name]: Command): boolean {
  return name === 'INFO';
}
