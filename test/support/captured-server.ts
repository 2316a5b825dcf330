import { readdirSync, readFileSync } from 'node:fs';
import { type Command, type Reply, ReplyError } from '../../src/domain/command.ts';
import type { Servers } from '../../src/flow/ports.ts';
import { readResp } from './resp.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);

/** Every version of which whole servers were captured. */
export const CAPTURED: readonly string[] = readdirSync(FIXTURES).filter((name) =>
  readdirSync(new URL(`${name}/`, FIXTURES)).includes('whole'),
);

/** A server that gives the captured answers of a version: one INFO after the other, and "unknown command" where none was captured. */
export function capturedServer(version: string, infos: readonly string[]): Servers {
  const replies = (file: string) => readResp(readFileSync(new URL(`${version}/whole/${file}`, FIXTURES)));
  const parameters = new Map(
    replies('config-get.resp').flatMap((reply) => (isPair(reply) ? [[reply[0], reply] as const] : [])),
  );
  let asked = 0;
  const info = () => {
    const name = infos[Math.min(asked, infos.length - 1)] ?? '';
    asked += 1;
    return readFileSync(new URL(`${version}/whole/${name}.txt`, FIXTURES), 'utf8');
  };
  const one = (file: string): Reply => replies(file)[0] ?? null;
  const answer = ([name, ...words]: Command): Reply => {
    const command = [name, ...words.slice(0, 1)].join(' ').toUpperCase();
    if (name === 'INFO') return info();
    if (command === 'CONFIG GET') return words.slice(1).flatMap((word): readonly Reply[] => parameters.get(word) ?? []);
    if (name === 'TIME') return ['1764201600', '0'];
    const file = FILES[command] ?? FILES[name];
    return file === undefined ? new ReplyError(`ERR unknown command '${name}'`) : one(file);
  };
  return {
    read: async () => ({
      kind: 'open',
      session: { ask: async (commands) => commands.map(answer), isOpen: () => true, close: () => undefined },
    }),
    readKeys: async () => ({ kind: 'refused', cause: 'unreachable', detail: 'it was captured' }),
    inspect: async () => ({ kind: 'refused', cause: 'unreachable', detail: 'it was captured' }),
    carry: async () => ({ kind: 'refused', cause: 'unreachable', detail: 'it was captured' }),
    write: async () => ({ kind: 'refused', cause: 'unreachable', detail: 'it was captured' }),
  };
}

const FILES: Readonly<Record<string, string>> = {
  'SLOWLOG GET': 'slowlog-get.resp',
  'CLIENT LIST': 'client-list.resp',
  'MEMORY STATS': 'memory-stats.resp',
  'LATENCY LATEST': 'latency-latest.resp',
  'LATENCY HISTOGRAM': 'latency-histogram.resp',
  'MODULE LIST': 'module-list.resp',
  'ACL LOG': 'acl-log.resp',
  'COMMAND INFO': 'command-info-config.resp',
  'CLUSTER NODES': 'cluster-nodes.resp',
  'CLUSTER INFO': 'cluster-info.resp',
};

function isPair(reply: Reply): reply is readonly [string, Reply] {
  return Array.isArray(reply) && typeof reply[0] === 'string';
}
