import { prepareByHand } from '../../flow/prepare-by-hand.ts';
import { proposeByHand } from '../../flow/propose-by-hand.ts';
import { markup } from '../blocks/text.ts';
import { noticeModal } from '../cards/modals.ts';
import { readingModal, valuesModal } from '../cards/values.ts';
import type { Command } from './command.ts';
import { playbookChoice } from './playbook-choice.ts';
import { targetNamed } from './target-named.ts';

export const run: Command = {
  usage: '/redis run <playbook> <target> [host:port]',
  does: 'proposes a repair that you choose, with its values; without a playbook it lists what fits now',
  async answer({ ports, by, rest, show }) {
    const [playbook = '', typed = '', node] = rest.split(' ');
    const loaded = ports.shelves.playbooks.get(playbook.toLowerCase());
    if (!loaded) return { text: await playbookChoice(ports, playbook) };
    const named = targetNamed(ports.targets, typed, `run ${loaded.id}`);
    if ('sorry' in named) return { text: named.sorry };
    const ask = { playbook: loaded.id, target: named.target.name, ...(node !== undefined && { node }) };
    const where = { markup: `<#${named.target.channel ?? ports.defaultChannel}>` };
    if (loaded.parameters.length === 0) {
      const proposed = await proposeByHand(ports, { ...ask, by, values: {} });
      if (proposed.kind === 'refused') return { text: markup`${proposed.sentence}` };
      const already = proposed.isNew ? 'is proposed' : 'was proposed already';
      return {
        text: markup`*${loaded.playbook.title}* ${already} in the thread of *${named.target.name}* in ${where}. Nothing is sent before it is approved.`,
      };
    }
    const shown = await show(readingModal(named.target.name), async () => {
      const form = await prepareByHand(ports, ask);
      return form.kind === 'form' ? valuesModal(form) : noticeModal(form.sentence);
    });
    return {
      text: shown
        ? markup`Choose the values in the dialog. The plan is then proposed in the thread of *${named.target.name}* in ${where}.`
        : markup`Slack did not open the dialog in time. Send the command once more.`,
    };
  },
};
