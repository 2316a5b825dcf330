import type { Reply } from './command.ts';
import { MORE, masked, shapeOf } from './command-shape.ts';
import { listReply } from './probe.ts';
import type { LoggedCommand } from './slow-log.ts';

/** An entry of SLOWLOG or COMMANDLOG with its figure: microseconds or bytes. */
export function readLogged(entry: Reply): [LoggedCommand, figure: number] {
  const [id, at, figure, words, client, clientName, argumentsInAll] = listReply(entry);
  const shown = listReply(words).map((word) => (typeof word === 'string' ? word : ''));
  const argumentCount = countArguments(shown, argumentsInAll);
  const logged: LoggedCommand = {
    id: Number(id),
    at: Number(at),
    command: (shown[0] ?? '').toLowerCase(),
    shape: shapeOf(shown, argumentCount),
    argumentCount,
    client: typeof client === 'string' ? client : '',
    clientName: typeof clientName === 'string' ? clientName : '',
  };
  return [logged, Number(figure)];
}

/** The log keeps 32 words and says in the last how many more there were; Redis 8.10 adds the number of words. */
function countArguments(shown: readonly string[], argumentsInAll: Reply | undefined): number {
  if (typeof argumentsInAll === 'number' && argumentsInAll >= shown.length) return argumentsInAll - 1;
  const more = MORE.exec(shown.at(-1) ?? '')?.[1];
  const listed = Math.max(0, shown.length - 1);
  return more === undefined ? listed : listed - 1 + Number(more);
}

/** A reply of SLOWLOG GET or COMMANDLOG GET with the arguments of its entries blotted out, to be kept. */
export function maskedLog(reply: Reply): Reply {
  if (!Array.isArray(reply)) return reply;
  return (reply as readonly Reply[]).map((entry) => {
    if (!Array.isArray(entry)) return null;
    const fields: readonly Reply[] = entry;
    return fields.map((field) => (Array.isArray(field) ? masked((field as readonly Reply[]).map(String)) : field));
  });
}
