import { whereabouts } from '../../domain/target.ts';
import { joined, markup, person } from '../blocks/text.ts';
import { counted } from '../cards/card.ts';
import type { Command } from './command.ts';

const SHOWN = 30;

export const targets: Command = {
  usage: '/redis targets',
  does: 'lists the deployments that are configured',
  async answer({ ports }) {
    const all = [...ports.targets.values()];
    if (all.length === 0) return { text: markup`There are no targets: medic.yml names none.` };
    const lines = all.slice(0, SHOWN).map((target) => {
      const purpose = target.purpose === undefined ? '' : `, ${target.purpose}`;
      const owners = joined(target.owners.map(person), ' ');
      const owned = target.owners.length === 0 ? markup`` : markup` · owners: ${owners}`;
      return markup`• *${target.name}* ${target.kind}${purpose}, ${target.environment} · ${whereabouts(target)}${owned}`;
    });
    if (all.length > SHOWN) lines.push(markup`… and ${counted(all.length - SHOWN, 'more target')}`);
    return { text: joined([markup`*${counted(all.length, 'target')}*`, ...lines], '\n') };
  },
};
