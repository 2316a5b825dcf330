import { closest } from '../../domain/closest.ts';
import { joined, type Markup, markup } from '../blocks/text.ts';
import { auto } from './auto.ts';
import { backups } from './backups.ts';
import { check } from './check.ts';
import type { Answer, Asked, Command } from './command.ts';
import { diagnose } from './diagnose.ts';
import { keys } from './keys.ts';
import { pause, resume } from './pause.ts';
import { run } from './run.ts';
import { runs } from './runs.ts';
import { status } from './status.ts';
import { targets } from './targets.ts';
import { undo } from './undo.ts';

const help: Command = {
  usage: '/redis help',
  does: 'shows this',
  answer: async () => ({ text: joined([markup`*redis-medic*`, ...usages()], '\n') }),
};

export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries({ diagnose, check, keys, backups, status, targets, run, runs, undo, pause, resume, auto, help }),
);

/** Answers `/redis <text>`; a typo gets what was probably meant and the list. */
export async function redis(text: string, asked: Omit<Asked, 'rest'>): Promise<Answer> {
  const [word = '', ...rest] = tidy(text).split(' ');
  const command = COMMANDS.get(word === '' ? 'help' : word.toLowerCase());
  if (command) return command.answer({ ...asked, rest: rest.join(' ') });
  const meant = closest(word, COMMANDS.keys());
  const hint = meant ? markup` Did you mean \`${COMMANDS.get(meant)?.usage ?? ''}\`?` : markup``;
  const sorry = markup`I do not know "${word.slice(0, 50)}".${hint}`;
  return { text: joined([sorry, ...usages()], '\n') };
}

/** Odd whitespace and quotes of any kind are what phones and copying leave behind. */
function tidy(text: string): string {
  return text
    .replace(/["'`\u2018-\u201F\u00AB\u00BB]/g, '')
    .replace(/[\s\p{Cf}\p{Cc}]+/gu, ' ')
    .trim();
}

function usages(): Markup[] {
  return [...COMMANDS.values()].map((command) => markup`• \`${command.usage}\` ${command.does}`);
}
