import type { WebClient } from '@slack/web-api';
import type { SlackUserId } from '../domain/ids.ts';
import type { Clock, Log, People, Permission } from '../flow/ports.ts';
import { troubleOf } from './errors.ts';

/** Members of a user group are asked for again after this. */
const CACHE_MS = 60_000;

export interface Approvers {
  users: readonly SlackUserId[];
  /** Ids of Slack user groups: S0614TZR7. */
  groups: readonly string[];
}

/** Who may approve: the named people and the members of the named user groups. Fails closed. */
export function makePeople(options: { client: WebClient; approvers: Approvers; clock: Clock; log: Log }): People {
  const { client, approvers, clock, log } = options;
  const cache = new Map<string, { members: ReadonlySet<string>; at: number }>();
  return { mayApprove };

  async function mayApprove(user: SlackUserId, { fresh }: { fresh: boolean }): Promise<Permission> {
    if (approvers.users.includes(user)) return { kind: 'allowed' };
    let unknown = false;
    for (const group of approvers.groups) {
      const members = await membersOf(group, fresh);
      if (members?.has(user)) return { kind: 'allowed' };
      unknown ||= members === undefined;
    }
    return { kind: 'refused', because: unknown ? 'approvers-unknown' : 'not-an-approver' };
  }

  async function membersOf(group: string, fresh: boolean): Promise<ReadonlySet<string> | undefined> {
    const known = cache.get(group);
    if (known && !fresh && clock.now() - known.at < CACHE_MS) return known.members;
    try {
      const answer = await client.usergroups.users.list({ usergroup: group });
      const members = new Set(answer.users ?? []);
      cache.set(group, { members, at: clock.now() });
      return members;
    } catch (error) {
      cache.delete(group);
      log.warn({ group, error: troubleOf(error).why }, 'the members of an approver group could not be read');
      return undefined;
    }
  }
}
