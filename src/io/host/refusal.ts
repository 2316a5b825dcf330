import { ReplyError } from '../../domain/command.ts';
import { printable } from '../../domain/printable.ts';

/** Why a host did not answer a question, in one form for what a program says and for error codes. */
export function refusal(said: string, question: readonly string[]): ReplyError {
  const [program = ''] = question;
  const about = isFile(question) ? (question.at(-1) ?? '') : program;
  if (/permission denied|EACCES|EPERM|not permitted|insufficient permissions/i.test(said))
    return new ReplyError(`permission denied: ${about}`);
  if (isFile(question) && /no such (?:file|process)|ENOENT|ESRCH/i.test(said))
    return new ReplyError(`no such file: ${about}`);
  if (/not found|ENOENT/i.test(said)) return new ReplyError(`the host has no ${program}`);
  return new ReplyError(printable(said.trim().split('\n')[0] ?? '', 160) || `${program} failed`);
}

export function isFile([verb]: readonly string[]): boolean {
  return verb === 'read' || verb === 'tail' || verb === 'stat';
}

/** The answer did not come. */
export function late(ms: number): ReplyError {
  return new ReplyError(ms > 0 ? `no answer of the host within ${round(ms)} s` : 'the host took too long before');
}

function round(ms: number): number {
  return Math.ceil(ms / 100) / 10;
}
