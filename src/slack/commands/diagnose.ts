import { openByCommand } from '../../flow/triage.ts';
import { markup } from '../blocks/text.ts';
import type { Command } from './command.ts';
import { targetNamed } from './target-named.ts';

export const diagnose: Command = {
  usage: '/redis diagnose <target>',
  does: 'reads the servers of a target and opens its thread',
  async answer({ ports, by, rest }) {
    const named = targetNamed(ports.targets, rest, 'diagnose');
    if ('sorry' in named) return { text: named.sorry };
    const { name } = named.target;
    // Not where it was asked for: alerts join this thread, and whoever is on call must see it.
    const incident = await openByCommand(ports, { target: name, by });
    const where = { markup: `<#${incident.channel}>` };
    return {
      text: markup`Diagnosing *${name}*. The thread is in ${where}; if nothing appears there, invite me: \`/invite @redis-medic\``,
    };
  },
};
