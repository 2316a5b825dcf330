import { z } from 'zod';
import type { Scene } from './action.ts';
import type { Question } from './answers.ts';
import type { Reply } from './command.ts';
import { NotAnswered } from './probe.ts';
import { groupOf } from './replication-group.ts';
import { type ReadNode, readNodes } from './snapshot.ts';
import type { Target } from './target.ts';

/** A user as ACL GETUSER tells it; password hashes are taken out before anybody sees the answer. */
export interface Account {
  on: boolean;
  /** Any password is right. */
  nopass: boolean;
  /** Its rules about commands in order: `-@all`, `+get`. */
  rules: readonly string[];
  /** Sets of rules beside these, 7.0 and newer. */
  selectors: number;
  everyKey: boolean;
}

/** Names that a person can type and a server can take; anything else is for an administrator. */
export const UserName = z.string().regex(/^[A-Za-z0-9_.:@-]{1,64}$/, 'expected the name of a user');

export function aboutUser(node: ReadNode, user: string): Question {
  return { node: node.name, command: ['ACL', 'GETUSER', user] };
}

/** Undefined where there is no such user. */
export function accountIn(reply: Exclude<Reply, { message: string }>): Account | undefined {
  if (reply === null) return undefined;
  if (!Array.isArray(reply)) throw new NotAnswered('ACL GETUSER answered something else than a list');
  const words = reply as readonly Reply[];
  const field = (name: string) => words.find((_word, at) => at % 2 === 1 && words[at - 1] === name);
  const flags = listOf(field('flags'));
  const keys = field('keys');
  const selectors = field('selectors');
  const commands = field('commands');
  return {
    on: flags.includes('on'),
    nopass: flags.includes('nopass'),
    rules: typeof commands === 'string' ? commands.split(' ').filter(Boolean) : [],
    selectors: Array.isArray(selectors) ? selectors.length : 0,
    everyKey: flags.includes('allkeys') || keys === '~*' || listOf(keys).includes('*'),
  };
}

/** What an ACL GETUSER answer holds less its password hashes. */
export function withoutHashes(reply: Reply): Reply {
  if (!Array.isArray(reply)) return reply;
  return (reply as readonly Reply[]).map((word, at, all) =>
    at % 2 === 1 && all[at - 1] === 'passwords' ? (Array.isArray(word) ? word.map(() => 'hash') : 'hash') : word,
  );
}

/** The servers whose users are changed together: replicas do not copy users, and any of them may be the primary tomorrow. */
export function serversOfUsers({ snapshot, node }: Scene): readonly ReadNode[] {
  return node.identity.mode === 'cluster' ? readNodes(snapshot) : groupOf(snapshot, node);
}

/** The users that redis-medic itself logs in as. */
export function ownUsers({ credentials, remediate = credentials }: Target): Set<string> {
  return new Set([credentials, remediate].map(({ username }) => username ?? 'default'));
}

function listOf(reply: Reply | undefined): readonly string[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]).filter((word) => typeof word === 'string') : [];
}
