import type { Command } from '../../domain/command.ts';
import { fits } from '../../domain/host-place.ts';
import { HOST_UPTIME, PROCESS_FILES, SERVER_SEARCH } from '../../domain/host-process.ts';
import type { Probe } from '../../domain/probe.ts';

/** What is asked to find the server's process, before any probe. */
const FINDING: readonly Command[] = [HOST_UPTIME, SERVER_SEARCH, ...Object.values(PROCESS_FILES)];

/** What a session with a host lets through: the files and commands that the host probes name, with checked values in their blanks. */
export function makeHostAllowList(probes: Iterable<Probe<unknown>>): (question: readonly string[]) => boolean {
  const templates = [...FINDING];
  for (const probe of probes) if (probe.asks === 'host') templates.push(...probe.allows);
  return (question) => templates.some((template) => fits(template, question));
}
