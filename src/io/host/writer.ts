import { printCommand, ReplyError } from '../../domain/command.ts';
import { fitsHostTemplate } from '../../domain/host-blanks.ts';
import { HOST_COMMANDS, RESTORE_TEMPLATES } from '../../domain/host-command.ts';
import { printable } from '../../domain/printable.ts';
import type { HostWriter, Sent } from '../../flow/ports.ts';
import { COMMAND_MS } from './limits.ts';
import { quote } from './quote.ts';
import type { Ran, SshLogin } from './ssh.ts';

/** Lines of what a program said that are told, and characters. */
const LINES = 5;
const LONGEST_TOLD = 400;

/** Runs approved commands on a host, one at a time, and nothing that is not made of a template. */
export function hostWriter(
  { run, close }: Pick<SshLogin, 'run' | 'close'>,
  programs: ReadonlyMap<string, string>,
): HostWriter {
  return {
    async send(command, input) {
      if (!HOST_COMMANDS.some((template) => fitsHostTemplate(template, command))) {
        throw new Error(`This is no command for a host, so it was not sent: ${printCommand(command)}`);
      }
      if (input && !fitsHostTemplate(RESTORE_TEMPLATES.receive, command)) {
        throw new Error(`This command reads nothing of ours, so it was not sent: ${printCommand(command)}`);
      }
      const words = command.map((word) => programs.get(word) ?? word);
      return sentOf(await run(lineFor(words, input === undefined), COMMAND_MS, input));
    },
    close,
  };
}

/** The command for whatever login shell: the words are handed on as they are, and nothing is read from us where it is `deaf`. */
function lineFor(words: readonly string[], deaf: boolean): string {
  const command = `LC_ALL=C; export LC_ALL; exec ${deaf ? '</dev/null ' : ''}${words.map(quote).join(' ')}`;
  return `exec /bin/sh -c ${quote(command)}`;
}

function sentOf({ output, errors, ended, status, refused }: Ran): Sent {
  if (status === 0) return { kind: 'answered', reply: told(output) || 'done' };
  if (status !== undefined) {
    const said = told(errors) || told(output) || 'it says nothing';
    const hint = errors.startsWith('sudo: ')
      ? '; the rules that redis-medic acl host prints may be missing on this host'
      : '';
    return { kind: 'answered', reply: new ReplyError(`exit status ${status}: ${said}${hint}`) };
  }
  const why = ended?.message ?? `no end of it within ${COMMAND_MS / 60_000} minutes`;
  return refused ? { kind: 'not-sent', why } : { kind: 'unknown', why };
}

/** The last lines of what was said. */
function told(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return printable(lines.slice(-LINES).join(' | '), LONGEST_TOLD);
}
