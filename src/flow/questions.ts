import type { Command, Reply } from '../domain/command.ts';
import { infoCommand, type Probe } from '../domain/probe.ts';
import { kindOf } from '../domain/server.ts';
import type { Target } from '../domain/target.ts';
import type { Told } from './meet.ts';

/** What these probes ask a server: each distinct command once, but for INFO, which most probes share and whose place matters. */
export function commandsFor(probes: readonly Probe<unknown>[], told: Told, target: Target): Command[] {
  const { identity, info } = told;
  const distinct = new Map<string, Command>();
  for (const probe of probes) {
    if (probe.asks !== kindOf(identity)) continue;
    const commands = probe.commands(identity, info, target);
    if (typeof commands !== 'string') for (const command of commands) distinct.set(keyOf(command), command);
  }
  distinct.delete(keyOf(infoOf(told)));
  return [...distinct.values()];
}

/** What these answers lead to. */
export function furtherFor(
  probes: readonly Probe<unknown>[],
  { identity, info }: Told,
  target: Target,
  answers: ReadonlyMap<string, Reply>,
): Command[] {
  return probes.flatMap((probe) => {
    if (!probe.further || probe.asks !== kindOf(identity)) return [];
    const commands = probe.commands(identity, info, target);
    const replies = typeof commands === 'string' ? [] : commands.map((command) => answers.get(keyOf(command)));
    return replies.every((reply) => reply !== undefined) ? orNone(() => probe.further?.(replies, identity)) : [];
  });
}

/** An answer that leads a probe nowhere costs that probe, when it is read, and no other. */
function orNone(further: () => readonly Command[] | undefined): readonly Command[] {
  try {
    return further() ?? [];
  } catch {
    return [];
  }
}

export function infoOf({ identity }: Told): Command {
  return infoCommand(kindOf(identity));
}

/** By what a command's answer is found again. */
export function keyOf(command: Command): string {
  return JSON.stringify(command);
}
