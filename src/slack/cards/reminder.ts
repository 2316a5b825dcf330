import type { RunStep } from '../../domain/run.ts';
import { button, confirm } from '../blocks/buttons.ts';
import { actions, context } from '../blocks/layout.ts';
import { bold, line, rich, text, user } from '../blocks/rich.ts';
import { joined, markup, person, when } from '../blocks/text.ts';
import { type Card, type Case, card } from './card.ts';

/** What a run did still stands and should not, said to those who approved it. */
export function reminderCard(
  { proposal, votes, run: { run } }: Case & { run: NonNullable<Case['run']> },
  row: RunStep,
): Card {
  const people = votes.filter(({ verdict }) => verdict === 'approve').map(({ by }) => by);
  const named = people.flatMap((by) => [user(by), text(' ')]);
  const undo = confirm(
    'Propose the undo?',
    'The servers are read first. Nothing is sent before the undo is approved.',
    'Propose it',
  );
  return card(markup`⏰ ${row.label.slice(0, 300)} ${joined(people.map(person), ' ')}`, [
    rich(line(text('⏰ '), ...named, bold(row.label, 1000))),
    context(
      markup`${proposal.title} on ${run.target}, ended ${run.endedAt === null ? '' : when(run.endedAt)} · ${run.id}`,
    ),
    actions(button('undo', { run: run.id }, { label: 'Undo', confirm: undo })),
  ]);
}
