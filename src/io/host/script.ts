import type { Command, ReplyError } from '../../domain/command.ts';
import { LONGEST, TAIL } from './limits.ts';
import { quote } from './quote.ts';
import { isFile, refusal } from './refusal.ts';

/** One command line for /bin/sh that asks one question after the other, each answer followed by the mark and its exit status. */
export function scriptFor(questions: readonly Command[], mark: string): string {
  const lines = questions.map((question) => {
    const words = programFor(question).map(quote).join(' ');
    // What a file command says on standard error says why there is no answer.
    return `${words}${isFile(question) ? ' 2>&1' : ''}; printf '\\n%s %s\\n' ${quote(mark)} "$?"`;
  });
  // The login shell may be any; this line means the same to all of them.
  return `exec /bin/sh -c ${quote(['LC_ALL=C; export LC_ALL; exec </dev/null', ...lines].join('\n'))}`;
}

function programFor([verb, ...words]: Command): readonly string[] {
  if (verb === 'read') return ['head', '-c', String(LONGEST), ...words];
  if (verb === 'tail') return ['tail', '-c', String(TAIL), ...words];
  return [verb, ...words];
}

/** The answers in the output of a script; undefined for those that did not come. */
export function answersIn(
  output: string,
  errors: string,
  questions: readonly Command[],
  mark: string,
): (string | ReplyError | undefined)[] {
  const parts = output.split(`\n${mark} `);
  return questions.map((question, at) => {
    const status = /^\d+(?=\n)/.exec(parts[at + 1] ?? '')?.[0];
    const text = at === 0 ? parts[0] : parts[at]?.replace(/^\d+\n/, '');
    if (status === undefined || text === undefined) return undefined;
    if (status === '0') return text;
    return isFile(question) || (text === '' && errors !== '') ? refusal(text || errors, question) : text;
  });
}
