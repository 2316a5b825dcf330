import type { Command, Reply } from '../domain/command.ts';
import type { UnreadNode } from '../domain/snapshot.ts';
import { causeOf, type Member, readInfo, shownByTheWay, type Told } from './meet.ts';
import type { Clock } from './ports.ts';
import { infoOf, keyOf } from './questions.ts';

/** What a server answered at one moment. */
export interface Sample extends Told {
  /** What was known of the server when the questions were chosen. */
  asked: Told;
  /** By the key of the command. */
  answers: ReadonlyMap<string, Reply>;
  /** Epoch ms at which the questions went out. */
  from: number;
  /** Epoch ms at which the answers were here. */
  at: number;
}

/** Asks a server all this in one round trip; INFO must be among it, as the answers mean nothing without. */
export async function take(
  clock: Clock,
  { name, address, origin, session, identity: met }: Member,
  asked: Told,
  commands: readonly Command[],
): Promise<{ kind: 'taken'; sample: Sample } | UnreadNode> {
  try {
    const sent = clock.now();
    const replies = await session.ask(commands);
    const { from, at } = session.beforehand?.() ?? { from: sent, at: clock.now() };
    const answers = new Map(commands.map((command, index) => [keyOf(command), replies[index] ?? null]));
    const told = readInfo(answers.get(keyOf(infoOf(asked))));
    if ('cause' in told) return { kind: 'unread', name, address, origin, ...told };
    // Not the sample before itself, or each would hold all that there ever were.
    const known: Told = { identity: asked.identity, info: asked.info };
    const identity = { ...told.identity, ...shownByTheWay(met) };
    return { kind: 'taken', sample: { ...told, identity, asked: known, answers, from, at } };
  } catch (error) {
    return { kind: 'unread', name, address, origin, ...causeOf(error) };
  }
}

/** Counters start again with the process, with CONFIG RESETSTAT, and mean nothing while data is loaded. */
export function isPair(before: Told, after: Told): boolean {
  const grew = (field: string) => {
    const [then, now] = [before.info.number(field), after.info.number(field)];
    return then === undefined || now === undefined || now >= then;
  };
  return (
    before.identity.runId === after.identity.runId &&
    !before.identity.loading &&
    !after.identity.loading &&
    ['uptime_in_seconds', 'total_commands_processed', 'total_connections_received'].every(grew)
  );
}
