import { RunId } from '../../domain/ids.ts';
import { proposeUndo } from '../../flow/undo/propose-undo.ts';
import { markup } from '../blocks/text.ts';
import type { Command } from './command.ts';

export const undo: Command = {
  usage: '/redis undo <run>',
  does: 'proposes to take back what a repair changed; `/redis runs` shows which there are',
  async answer({ ports, by, rest }) {
    const run = RunId.safeParse(rest).data;
    if (!run)
      return { text: markup`Say which run, such as \`/redis undo run_0123456789\`. \`/redis runs\` shows them.` };
    const proposed = await proposeUndo(ports, { run, by });
    if (proposed.kind === 'refused') return { text: markup`${proposed.sentence}` };
    return {
      text: markup`Proposed in the thread of ${proposed.proposal.target}. Nothing is sent before it is approved.`,
    };
  },
};
