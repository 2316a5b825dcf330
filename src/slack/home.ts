import type { WebClient } from '@slack/web-api';
import type { Ports } from '../flow/ports.ts';
import { lintView } from './blocks/lint.ts';
import type { Markup } from './blocks/text.ts';
import { type Fleet, homeView } from './cards/home.ts';
import type { Asked } from './commands/command.ts';
import { incidentLine, pausedLine } from './commands/status.ts';

/** Draws the Home tab of one person from what is stored now. */
export async function publishHome(
  { ports, link }: Pick<Asked, 'ports' | 'link'>,
  client: WebClient,
  user: string,
): Promise<void> {
  const view = homeView(await loadFleet(ports, link));
  const problems = lintView(view);
  if (problems.length > 0) ports.log.warn({ problems: problems.slice(0, 5) }, 'the Home tab does not keep the limits');
  await client.views.publish({ user_id: user, view });
}

function loadFleet(ports: Ports, link: Asked['link']): Promise<Fleet> {
  return ports.store.transaction(async (tx) => {
    const recent = await tx.incidents({ limit: 200 });
    const incidents: Markup[] = [];
    for (const incident of recent) {
      if (incident.state === 'open') incidents.push(await incidentLine({ link }, tx, incident));
    }
    const targets = [...ports.targets.values()].map((target) => ({
      target,
      newest: recent.find((incident) => incident.target === target.name),
    }));
    const paused = pausedLine(await tx.paused(), await tx.autoPaused());
    return { paused, incidents, targets };
  });
}
