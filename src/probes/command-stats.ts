import { Info } from '../domain/info.ts';
import { defineInfoProbe } from '../domain/probe.ts';

export interface CommandCounters {
  calls: number;
  usec: number;
  /** Refused before running: OOM, MISCONF, NOPERM … */
  rejected: number;
  /** Ran and answered with an error. */
  failed: number;
}

/** Lifetime counters by command in lower case; subcommands as `config|get`. */
export default defineInfoProbe({}, (info) => {
  const commands = new Map<string, CommandCounters>();
  for (const [command, value] of info.withPrefix('cmdstat_')) {
    const parts = Info.parts(value);
    const count = (name: string) => Number(parts.get(name) ?? 0);
    commands.set(command.toLowerCase(), {
      calls: count('calls'),
      usec: count('usec'),
      rejected: count('rejected_calls'),
      failed: count('failed_calls'),
    });
  }
  return { commands };
});
