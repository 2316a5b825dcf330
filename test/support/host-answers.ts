import { readFileSync } from 'node:fs';
import { type Reply, ReplyError } from '../../src/domain/command.ts';
import type { Probe } from '../../src/domain/probe.ts';
import { identityOf } from './captured.ts';

/** What a host prints, as it was captured or as its manual says. */
export function hostText(name: string): string {
  return readFileSync(new URL(`../fixtures/host/${name}.txt`, import.meta.url), 'utf8');
}

/** An answer to a question; several where it is asked about several things, as what and text. */
type Answer = string | ReplyError | readonly (readonly [about: string, text: string])[];

/**
 * What a host probe reads when its questions are answered so. A question is told by a part of its template, such as
 * `/status`; one that nobody answers is refused.
 */
export function readHost<T>(probe: Probe<T>, answers: Readonly<Record<string, Answer>>): T {
  const replies = probe.allows.map((template): Reply => {
    const question = template.join(' ');
    const [, answer] =
      Object.entries(answers).find(([part]) => question.endsWith(part) || question.startsWith(part)) ?? [];
    const about = template.at(-1) ?? '';
    if (answer === undefined) return [[about, new ReplyError(`permission denied: ${about}`)]];
    return typeof answer === 'object' && 'map' in answer
      ? answer.map(([what, text]) => [what, text])
      : [[about, answer]];
  });
  return probe.read(replies, identityOf('redis-7.0.15'));
}
