import { failures, type Readiness, type SectionScore } from '../../domain/readiness.ts';
import { checkReadiness } from '../../flow/check/check-readiness.ts';
import { forgetRefused } from '../../flow/forget-refused.ts';
import { pastOf } from '../../flow/past.ts';
import { joined, type Markup, markup } from '../blocks/text.ts';
import { counted } from '../cards/card.ts';
import type { Command } from './command.ts';
import { targetNamed } from './target-named.ts';

const FAILURES_SHOWN = 12;
const SAID_CHARS = 180;

export const check: Command = {
  usage: '/redis check <target>',
  does: 'goes through the readiness checklist of a target, for you alone',
  async answer({ ports, rest }) {
    const named = targetNamed(ports.targets, rest, 'check');
    if ('sorry' in named) return { text: named.sorry };
    const past = await pastOf(ports.store, named.target);
    const { readiness, report } = await checkReadiness(ports, named.target, { seconds: ports.windowSeconds, past });
    await forgetRefused(ports.store, named.target, report);
    return { text: summary(readiness) };
  },
};

function summary(readiness: Readiness): Markup {
  const failed = failures(readiness.rows);
  const shown = failed.slice(0, FAILURES_SHOWN);
  const left = failed.length - shown.length;
  return joined(
    [
      markup`*Readiness of ${readiness.target}*`,
      ...readiness.sections.map(score),
      ...shown.map(({ title, said }) => markup`• *${title}*: ${said.slice(0, SAID_CHARS)}`),
      ...(left > 0 ? [markup`… and ${counted(left, 'more failure')}.`] : []),
      markup`The whole list with the fixes: \`npx redis-medic check ${readiness.target} --format markdown\``,
    ],
    '\n',
  );
}

function score({ section, score, failed, notAssessed }: SectionScore): Markup {
  const rest = [failed > 0 ? `${failed} failed` : '', notAssessed > 0 ? `${notAssessed} not assessed` : ''];
  const more = rest.filter(Boolean).join(', ');
  return markup`${section}: *${score === null ? 'not assessed' : `${score} %`}*${more === '' ? '' : ` (${more})`}`;
}
