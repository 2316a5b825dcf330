import { atLeast } from './server.ts';

/** One class of client-output-buffer-limit: bytes, bytes, seconds; 0 is no limit. */
export interface BufferLimit {
  hard: number;
  soft: number;
  softSeconds: number;
}

/**
 * The hard limit at which the link of a replica is really cut: from 7.0 on never below the backlog, which all links
 * share. 0 is no limit.
 */
export function cutAt(limit: BufferLimit, version: string, backlog: number | undefined): number {
  return limit.hard > 0 && atLeast(version, '7.0') ? Math.max(limit.hard, backlog ?? 0) : limit.hard;
}

const REPLICA = /\b(slave|replica) (\d+) (\d+) (\d+)/;

/** The replica class of client-output-buffer-limit as CONFIG GET prints it: `normal 0 0 0 slave 268435456 67108864 60 …`. */
export function replicaLimit(setting: string): BufferLimit | undefined {
  const [, , hard, soft, softSeconds] = REPLICA.exec(setting) ?? [];
  return hard === undefined ? undefined : { hard: Number(hard), soft: Number(soft), softSeconds: Number(softSeconds) };
}

/** The setting as CONFIG GET will print it with another replica class. */
export function withReplicaLimit(setting: string, limit: BufferLimit): string {
  return setting.replace(REPLICA, (_all, name: string) => `${name} ${limitWords(limit)}`);
}

export function limitWords({ hard, soft, softSeconds }: BufferLimit): string {
  return `${hard} ${soft} ${softSeconds}`;
}
