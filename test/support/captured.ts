import { readFileSync } from 'node:fs';
import type { Reply } from '../../src/domain/command.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { NotAnswered, type Probe } from '../../src/domain/probe.ts';
import { identify, type ServerIdentity } from '../../src/domain/server.ts';
import { readResp } from './resp.ts';
import { plainTarget } from './target.ts';

/** The servers that replies were captured from, one folder each under test/fixtures. */
export const VERSIONS = [
  'redis-6.2.16',
  'redis-7.0.15',
  'redis-7.4.1',
  'redis-8.0.6',
  'valkey-8.1.1',
  'valkey-9.1.2',
] as const;
export type Version = (typeof VERSIONS)[number];

/** Those of which a Sentinel was captured that has lost one replica and one other Sentinel. */
export const SENTINELS = ['redis-7.0.15', 'redis-8.0.6', 'valkey-8.1.1', 'valkey-9.1.2'] as const;

export function infoText(version: Version, name: string): string {
  return readFileSync(new URL(`../fixtures/${version}/${name}.txt`, import.meta.url), 'utf8');
}

export function replies(version: Version, name: string): Reply[] {
  return readResp(readFileSync(new URL(`../fixtures/${version}/${name}.resp`, import.meta.url)));
}

export function identityOf(version: Version, name = 'primary-with-replica'): ServerIdentity {
  const identity = identify(parseInfo(infoText(version, name)));
  if (!identity) throw new Error(`${version}/${name} is not the INFO of a server`);
  return identity;
}

/** What a probe of INFO reads from a captured text. */
export function fromInfo<T>(probe: Probe<T>, version: Version, name = 'primary-with-replica'): T {
  return probe.read([infoText(version, name)], identityOf(version, name));
}

/** What a probe of CONFIG reads from the captured parameters, asked as it would ask this version. */
export function fromConfig<T>(probe: Probe<T>, version: Version, target = plainTarget()): T {
  const server = identityOf(version);
  const known = new Map(
    replies(version, 'config-of-a-durable-primary').flatMap((reply) =>
      Array.isArray(reply) && typeof reply[0] === 'string' ? [[reply[0], reply] as const] : [],
    ),
  );
  const commands = probe.commands(server, parseInfo(''), target);
  if (typeof commands === 'string') throw new NotAnswered(commands);
  const answers = commands.map(([, , ...names]) => names.flatMap((name): readonly Reply[] => known.get(name) ?? []));
  return probe.read(answers, server);
}
