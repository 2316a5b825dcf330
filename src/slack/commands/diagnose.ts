import { closest } from '../../domain/closest.ts';
import type { TargetName } from '../../domain/ids.ts';
import type { Ports } from '../../flow/ports.ts';
import { openByCommand } from '../../flow/triage.ts';
import { type Markup, markup } from '../blocks/text.ts';
import type { Command } from './command.ts';

const NAMES_SHOWN = 30;

export const diagnose: Command = {
  usage: '/redis diagnose <target>',
  does: 'reads the servers of a target and opens its thread',
  async answer({ ports, by, rest }) {
    const target = targetNamed(ports, rest);
    if (!target) return { text: unknownTarget(ports, rest) };
    // Not where it was asked for: alerts join this thread, and whoever is on call must see it.
    const incident = await openByCommand(ports, { target, by });
    const where = { markup: `<#${incident.channel}>` };
    return {
      text: markup`Diagnosing *${target}*. The thread is in ${where}; if nothing appears there, invite me: \`/invite @redis-medic\``,
    };
  },
};

/** The configured name, whatever the case it was typed in. */
function targetNamed(ports: Ports, typed: string): TargetName | undefined {
  const names = [...ports.targets.keys()];
  return names.find((name) => name === typed) ?? names.find((name) => name.toLowerCase() === typed.toLowerCase());
}

function unknownTarget(ports: Ports, typed: string): Markup {
  const names = [...ports.targets.keys()];
  const known = names.slice(0, NAMES_SHOWN).join(', ') + (names.length > NAMES_SHOWN ? ' …' : '');
  if (names.length === 0) return markup`There are no targets: medic.yml names none.`;
  if (typed === '') return markup`Which target? Known targets: ${known}.`;
  const meant = closest(typed, names);
  const hint = meant ? markup` Did you mean \`/redis diagnose ${meant}\`?` : markup``;
  return markup`There is no target "${typed.slice(0, 100)}".${hint} Known targets: ${known}.`;
}
