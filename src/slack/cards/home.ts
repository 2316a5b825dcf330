import type { HomeView, KnownBlock } from '@slack/types';
import type { Incident } from '../../domain/incident.ts';
import type { Target } from '../../domain/target.ts';
import { button } from '../blocks/buttons.ts';
import { context, divider, header, section } from '../blocks/layout.ts';
import { type Markup, markup, when } from '../blocks/text.ts';
import { counted } from './card.ts';
import { summed } from './root.ts';

const INCIDENTS_SHOWN = 15;
const TARGETS_SHOWN = 25;

export interface Fleet {
  /** Whether running is paused, in a sentence. */
  paused: Markup;
  /** A line for each open incident. */
  incidents: readonly Markup[];
  targets: readonly { target: Target; newest: Incident | undefined }[];
}

/** The Home tab: what is wrong now, and every target with its newest verdict. */
export function homeView(fleet: Fleet): HomeView {
  const { incidents, targets } = fleet;
  const blocks: KnownBlock[] = [
    section(fleet.paused),
    header(incidents.length === 0 ? 'No open incidents' : counted(incidents.length, 'open incident')),
    ...incidents.slice(0, INCIDENTS_SHOWN).map((line) => section(line)),
    divider(),
    header(counted(targets.length, 'target')),
    ...targets.slice(0, TARGETS_SHOWN).map(row),
  ];
  const left = targets.length - TARGETS_SHOWN;
  if (left > 0) blocks.push(context(markup`… and ${counted(left, 'more target')}: \`/redis targets\``));
  return { type: 'home', blocks };
}

function row({ target, newest }: Fleet['targets'][number]): KnownBlock {
  const purpose = target.purpose === undefined ? '' : `, ${target.purpose}`;
  return section(
    markup`*${target.name}* ${target.kind}${purpose}, ${target.environment}\n${verdict(newest)}`,
    button('diagnose', { target: target.name }, { label: 'Diagnose' }),
  );
}

function verdict(newest: Incident | undefined): Markup {
  if (!newest) return markup`not looked at yet`;
  const { mark, headline } = summed({ incident: newest });
  const at = newest.resolvedAt ?? newest.report?.takenAt ?? newest.openedAt;
  return markup`${mark} ${headline.slice(0, 300)} (${when(at, '{ago}')})`;
}
