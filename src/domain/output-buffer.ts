import { NotAnswered } from './probe.ts';
import { atLeast } from './server.ts';
import { notShown, type Setting } from './settings.ts';
import type { ReadNode } from './snapshot.ts';
import { bytes, duration } from './units.ts';

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

/** The classes of connections that have a limit of their own. */
export const BUFFER_CLASSES = ['normal', 'replica', 'pubsub'] as const;
export type BufferClass = (typeof BUFFER_CLASSES)[number];

/** CONFIG GET prints the old name of replicas. */
function pattern(name: BufferClass): RegExp {
  return new RegExp(`\\b(${name === 'replica' ? 'slave|replica' : name}) (\\d+) (\\d+) (\\d+)`);
}

/** One class of client-output-buffer-limit as CONFIG GET prints it: `normal 0 0 0 slave 268435456 67108864 60 …`. */
export function bufferLimit(setting: string, name: BufferClass): BufferLimit | undefined {
  const [, , hard, soft, softSeconds] = pattern(name).exec(setting) ?? [];
  return hard === undefined ? undefined : { hard: Number(hard), soft: Number(soft), softSeconds: Number(softSeconds) };
}

/** The limit of links to replicas. */
export function replicaLimit(setting: string): BufferLimit | undefined {
  return bufferLimit(setting, 'replica');
}

/** The setting as CONFIG GET will print it with another limit for one class. */
export function withBufferLimit(setting: string, name: BufferClass, limit: BufferLimit): string {
  return setting.replace(pattern(name), (_all, printed: string) => `${printed} ${limitWords(limit)}`);
}

export function limitWords({ hard, soft, softSeconds }: BufferLimit): string {
  return `${hard} ${soft} ${softSeconds}`;
}

/** `256 MiB or 64 MiB for 60 s`, for people. */
export function describeLimit({ hard, soft, softSeconds }: BufferLimit): string {
  const upper = hard === 0 ? 'no hard limit' : bytes(hard);
  return soft === 0 ? upper : `${upper} or ${bytes(soft)} for ${duration(softSeconds)}`;
}

/** What CONFIG SET takes to change one class, and what CONFIG GET prints before and after. */
export function bufferSetting(node: ReadNode, setting: string, name: BufferClass, limit: BufferLimit): Setting {
  const old = bufferLimit(setting, name);
  if (!old) throw new NotAnswered(notShown(node, 'client-output-buffer-limit'));
  return {
    node,
    parameter: 'client-output-buffer-limit',
    from: `${name} ${limitWords(old)}`,
    to: `${name} ${limitWords(limit)}`,
    reading: 'replication-config.client_output_buffer_limit',
    shown: { from: setting, to: withBufferLimit(setting, name, limit) },
  };
}
