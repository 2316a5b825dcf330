import { type Command, InvalidArgumentError, Option } from 'commander';
import { problem } from '../../domain/problem.ts';
import { parseDuration } from '../../domain/quantity.ts';

/** A target, for commands that only look. */
export const TARGET = [
  '<target>',
  'a target of medic.yml, or a redis:// or rediss:// URL, which needs no configuration',
] as const;

export function withConfig(command: Command): Command {
  return command.addOption(new Option('--config <file>', 'configuration file').default('medic.yml'));
}

/** Milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) throw new InvalidArgumentError(problem('duration-invalid', text).message);
  return ms;
}

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 1.');
  return Number(text);
}
