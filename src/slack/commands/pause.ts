import { pause as pauseRunning, resume as resumeRunning } from '../../flow/pause.ts';
import { type Markup, markup } from '../blocks/text.ts';
import type { Asked, Command } from './command.ts';

export const pause: Command = {
  usage: '/redis pause [reason]',
  does: 'stops every run before its next command (approvers only)',
  async answer(asked) {
    const refused = await refusal(asked);
    if (refused) return { text: refused };
    await pauseRunning(asked.ports, asked.by, asked.rest.slice(0, 300));
    return { text: markup`⏸️ Paused. No command is sent until \`/redis resume\`; diagnosing goes on.` };
  },
};

export const resume: Command = {
  usage: '/redis resume',
  does: 'lets approved plans run again (approvers only)',
  async answer(asked) {
    const refused = await refusal(asked);
    if (refused) return { text: refused };
    await resumeRunning(asked.ports, asked.by);
    return { text: markup`▶️ Approved plans run again.` };
  },
};

/** Why a person may not; undefined for an approver. */
export async function refusal({ ports, by }: Asked): Promise<Markup | undefined> {
  const permission = await ports.people.mayApprove(by, { fresh: false });
  if (permission.kind === 'allowed') return undefined;
  return permission.because === 'not-an-approver'
    ? markup`Only approvers can do this. They are named under "approvers" in medic.yml.`
    : markup`Slack could not be asked who the approvers are, so nothing was changed. Try again.`;
}
