import { pauseAuto, resumeAuto } from '../../flow/auto/pause-auto.ts';
import { joined, type Markup, markup, person, when } from '../blocks/text.ts';
import type { Asked, Command } from './command.ts';
import { refusal } from './pause.ts';

export const auto: Command = {
  usage: '/redis auto [pause [reason] | resume]',
  does: 'shows what runs by itself, and stops or starts that (approvers only)',
  async answer(asked) {
    const [word = '', ...reason] = asked.rest.split(' ');
    if (word === '') return { text: await stateOf(asked) };
    if (word !== 'pause' && word !== 'resume') {
      return { text: markup`I do not know "${word.slice(0, 50)}". Write \`${auto.usage}\`.` };
    }
    const refused = await refusal(asked);
    if (refused) return { text: refused };
    if (word === 'resume') {
      await resumeAuto(asked.ports, asked.by);
      return { text: markup`▶️ What medic.yml lets run by itself does so again.` };
    }
    await pauseAuto(asked.ports, asked.by, reason.join(' ').slice(0, 300));
    return { text: markup`⏸️ Nothing runs by itself until \`/redis auto resume\`; approved plans still run.` };
  },
};

async function stateOf({ ports }: Asked): Promise<Markup> {
  const paused = await ports.store.transaction((tx) => tx.autoPaused());
  const allowed = [...ports.targets.values()].flatMap(({ name, auto: policy }) =>
    policy ? [markup`• *${name}*: ${policy.playbooks.join(', ')}`] : [],
  );
  if (allowed.length === 0) {
    return markup`Nothing runs by itself: no target of medic.yml has \`auto\`. Every plan waits for an approval.`;
  }
  const state = paused
    ? markup`⏸️ *Paused* by ${person(paused.by)} since ${when(paused.at)}: ${paused.reason.slice(0, 300)}`
    : markup`▶️ These run by themselves after a notice in the thread:`;
  return joined([state, ...allowed], '\n');
}
