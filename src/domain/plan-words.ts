import type { Risk } from './action.ts';
import { printCommand } from './command.ts';
import { type PlannedCommand, type ProposalStep, promptOf } from './proposal.ts';
import { duration } from './units.ts';

/** What the risk of a plan means, in words. */
export const RISK_WORDS: Readonly<Record<Risk, string>> = {
  read: 'reads only',
  reversible: 'reversible: the undo restores the values of now',
  disruptive: 'disruptive: clients or replicas will notice while it runs',
  destructive: 'destructive: data on a server is given up and cannot be brought back by an undo',
  host: 'acts on the host, outside of the server',
};

/** One line for each command or wait of a step, in order: `host:port> CONFIG SET …`. */
export function stepLines(step: ProposalStep): string[] {
  switch (step.kind) {
    case 'wait':
      return [`# wait until ${step.until} on ${step.node}, at most ${duration(step.timeoutSeconds)}`];
    case 'manual':
      return [`# a person does, within ${duration(step.timeoutSeconds)}: ${step.instruction}`];
    case 'notify':
      return [`# tell: ${step.text}`];
    case 'action':
      return step.commands.flatMap(commandAndWait);
  }
}

function commandAndWait(command: PlannedCommand): string[] {
  return [commandLine(command), ...(command.until ? [`# ${untilLine(command.until)}`] : [])];
}

function untilLine({ shows = [], below = [], withinSeconds }: NonNullable<PlannedCommand['until']>): string {
  const shown = shows.map(({ node, reading, value }) => `${reading} of ${node} is ${value}`);
  const bounds = below.map((bound) => `${bound.reading} of ${bound.node} is below ${bound.below}`);
  return `wait until ${[...shown, ...bounds].join(' and ')}, at most ${duration(withinSeconds)}`;
}

/** Who does it where that is not the server itself: `host of 10.0.0.1:6379> …`. */
const PROMPTS = { server: '', sentinel: 'Sentinel ', host: 'host of ', medic: 'redis-medic for ' } as const;

/** `host:port> CONFIG SET …`. */
export function commandLine(command: PlannedCommand): string {
  return `${PROMPTS[command.via ?? 'server']}${promptOf(command)}> ${printCommand(command.argv)}`;
}
