import { pino, stdSerializers } from 'pino';
import { makeScrub } from '../domain/scrub.ts';
import type { Log } from '../flow/ports.ts';

export interface LogOptions {
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Exact values to hide, beside what looks like a secret. */
  secrets?: Iterable<string>;
  /** Takes each line; standard error when absent, as standard output belongs to reports. */
  write?: (line: string) => void;
}

/** A log of JSON lines without secrets: the finished line is scrubbed, so that messages and stacks are covered too. */
export function makeLog({ level, secrets = [], write }: LogOptions): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err, error: stdSerializers.err },
      hooks: { streamWrite: makeScrub(secrets) },
    },
    write ? { write } : pino.destination({ dest: 2, sync: true }),
  );
}
