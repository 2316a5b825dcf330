import type { Action } from '../../src/domain/action.ts';
import { questionKey } from '../../src/domain/answers.ts';
import type { Reply } from '../../src/domain/command.ts';
import { readNodes, type Snapshot } from '../../src/domain/snapshot.ts';

/** A snapshot with the answers to what an action asks, as `reply` gives them to the words of each question. */
export function asked(
  action: Action,
  snapshot: Snapshot,
  args: unknown,
  reply: (command: string, key: string, db: number) => Reply,
): Snapshot {
  const [node] = readNodes(snapshot);
  const questions = node ? action.asks(args, snapshot, node) : [];
  const answers = questions.map((question) => {
    const { command, db = 0 } = question;
    const length = command[0] === 'MEMORY' || command[0] === 'XINFO' || command[0] === 'ACL' ? 2 : 1;
    return [questionKey(question), reply(command.slice(0, length).join(' '), command[length] ?? '', db)] as const;
  });
  return { ...snapshot, answers: new Map(answers) };
}

export interface Key {
  type: string;
  bytes?: number;
  ttl?: number;
}

/** TYPE, PTTL and MEMORY USAGE of these keys. */
export function keyspaceOf(keys: Readonly<Record<string, Key>>): (command: string, key: string) => Reply {
  return (command, name) => {
    const key = keys[name];
    if (command === 'TYPE') return key?.type ?? 'none';
    if (command === 'PTTL') return key ? (key.ttl ?? -1) : -2;
    return key ? (key.bytes ?? 100) : null;
  };
}
