import { Info } from '../domain/info.ts';
import { defineInfoProbe, growth } from '../domain/probe.ts';
import { type ReadNode, readingIfAny } from '../domain/snapshot.ts';

export interface CommandCounters {
  calls: number;
  usec: number;
  /** Refused before running: OOM, MISCONF, NOPERM … */
  rejected: number;
  /** Ran and answered with an error. */
  failed: number;
}

/** Lifetime counters by command in lower case; subcommands as `config|get`. */
const commandStats = defineInfoProbe({}, (info) => {
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
export default commandStats;

/** Keys of a slot left this node, or arrived, between the two samples. */
export function isResharding(node: ReadNode): boolean {
  const reading = readingIfAny(node, commandStats);
  const calls = (name: string) => (reading && growth(reading, ({ commands }) => commands.get(name)?.calls ?? 0)) ?? 0;
  return calls('migrate') + calls('restore-asking') > 0;
}
