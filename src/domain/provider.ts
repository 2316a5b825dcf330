import type { Command } from './command.ts';
import type { Info } from './info.ts';
import { PROVIDERS, type Provider, TOPICS, type Topic } from './provider-table.ts';

export type ProviderId = keyof typeof PROVIDERS;
export const PROVIDER_IDS = Object.keys(PROVIDERS) as [ProviderId, ...ProviderId[]];

export interface Recognized {
  id: ProviderId;
  /** What showed it, for people. */
  by: string;
}

/** The service that runs a server, by what it says of itself or by the names of its endpoints. */
export function recognize(info: Info, hosts: Iterable<string>): Recognized | undefined {
  const names = [...hosts].map((host) => host.toLowerCase().replace(/\.$/, ''));
  for (const id of PROVIDER_IDS) {
    const { hosts, tells } = facts(id);
    const told = tells?.(info);
    if (told !== undefined) return { id, by: `INFO says ${told}` };
    const host = names.find((name) => hosts?.test(name));
    if (host !== undefined) return { id, by: `the address ${host}` };
  }
  return undefined;
}

function facts(id: ProviderId): Provider {
  return PROVIDERS[id];
}

export function providerName(id: ProviderId): string {
  return facts(id).name;
}

/** True when the service keeps this command for itself. */
export function withholds(id: ProviderId, [name, sub = '']: Command): boolean {
  const words = [name.toLowerCase(), `${name}|${sub}`.toLowerCase()];
  return facts(id).withholds.some((kept) => words.includes(kept));
}

/** What to do there instead of sending this command, as one sentence without its full stop. */
export function adviceFor(id: ProviderId, command: Command): string {
  const { name, instead } = facts(id);
  const shown = command.slice(0, 2).join(' ').toUpperCase();
  return `${name} does not offer ${shown}: ${instead[topicOf(command)]}`;
}

/** Everything that has its own place there: what people do in which way. */
export function adviceOf(id: ProviderId): readonly { topic: Topic; instead: string }[] {
  return TOPICS.map((topic) => ({ topic, instead: facts(id).instead[topic] }));
}

const TOPIC_OF: Readonly<Record<string, Topic>> = {
  config: 'settings',
  bgsave: 'snapshots',
  bgrewriteaof: 'snapshots',
  save: 'snapshots',
  lastsave: 'snapshots',
  replicaof: 'topology',
  slaveof: 'topology',
  failover: 'topology',
  cluster: 'topology',
  psync: 'topology',
  sync: 'topology',
  acl: 'users',
};

function topicOf([name]: Command): Topic {
  return TOPIC_OF[name.toLowerCase()] ?? 'upkeep';
}
