import type { Incident } from '../../domain/incident.ts';
import type { Tx } from '../../flow/ports.ts';
import { joined, type Markup, markup, person, when } from '../blocks/text.ts';
import { counted } from '../cards/card.ts';
import { summed } from '../cards/root.ts';
import { rootKey } from '../face.ts';
import type { Asked, Command } from './command.ts';

const SHOWN = 15;

export const status: Command = {
  usage: '/redis status',
  does: 'shows the open incidents and whether running is paused',
  async answer(asked) {
    const { ports } = asked;
    const [paused, open, lines] = await ports.store.transaction(async (tx) => {
      const incidents = await tx.incidents({ state: 'open', limit: 100 });
      const shown: Markup[] = [];
      for (const incident of incidents.slice(0, SHOWN)) shown.push(await incidentLine(asked, tx, incident));
      return [pausedLine(await tx.paused(), await tx.autoPaused()), incidents.length, shown] as const;
    });
    if (open > SHOWN) lines.push(markup`… and ${counted(open - SHOWN, 'more incident')}`);
    const heading = open === 0 ? markup`No open incidents.` : markup`*${counted(open, 'open incident')}*`;
    return { text: joined([paused, heading, ...lines], '\n') };
  },
};

type Pause = { by: string; at: number; reason: string } | null;

/** Whether approved plans run, and whether what medic.yml lets run by itself does. */
export function pausedLine(paused: Pause, auto: Pause): Markup {
  if (paused) return markup`⏸️ *Paused* ${whoAndWhy(paused)}. Nothing runs until \`/redis resume\`.`;
  const approved = markup`▶️ Approved plans run. (\`/redis pause\` stops that.)`;
  if (!auto) return approved;
  return joined(
    [approved, markup`⏸️ Running by itself is *paused* ${whoAndWhy(auto)}. \`/redis auto resume\` lifts that.`],
    '\n',
  );
}

function whoAndWhy({ by, at, reason }: NonNullable<Pause>): Markup {
  const why = reason === '' ? markup`` : markup`: ${reason.slice(0, 300)}`;
  return markup`by ${person(by)} since ${when(at)}${why}`;
}

/** One line about an incident, with a link to its thread once that is posted. */
export async function incidentLine(asked: Pick<Asked, 'link'>, tx: Tx, incident: Incident): Promise<Markup> {
  const { mark, headline } = summed({ incident });
  const root = await tx.message(rootKey(incident.id));
  const link = root?.ts ? asked.link(root.channel, root.ts) : undefined;
  const thread = link ? { markup: ` <${link}|thread>` } : { markup: ` <#${incident.channel}>` };
  return markup`${mark} *${incident.target}* ${headline.slice(0, 200)} · since ${when(incident.openedAt)}${thread}`;
}
