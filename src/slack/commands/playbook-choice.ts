import type { Incident } from '../../domain/incident.ts';
import type { LoadedPlaybook } from '../../domain/playbook.ts';
import { riskInShort } from '../../domain/playbook-risk.ts';
import { worthwhile } from '../../flow/plan-playbook.ts';
import type { Ports } from '../../flow/ports.ts';
import { unknownPlaybook } from '../../flow/propose-by-hand.ts';
import { joined, type Markup, markup } from '../blocks/text.ts';
import { counted } from '../cards/card.ts';

/** So many that all of it stays within one message of Slack. */
const INCIDENTS_SHOWN = 4;
const FITTING_SHOWN = 5;
const ALIKE_SHOWN = 8;
const REASON_SHOWN = 120;

/**
 * What a person may run, for one who named no playbook: what answers the findings of now first, then where the others
 * are. `typed`: nothing, a target, a group of playbooks, or an id that does not exist.
 */
export async function playbookChoice(ports: Ports, typed: string): Promise<Markup> {
  const group = groupsOf(ports).get(typed.toLowerCase());
  if (group)
    return joined(
      [markup`*${counted(group.length, 'playbook')}* for *${typed.toLowerCase()}*`, ...rows(ports, group)],
      '\n',
    );
  const target = [...ports.targets.keys()].find((name) => name.toLowerCase() === typed.toLowerCase());
  const isKnown = typed === '' || target !== undefined;
  const open = await ports.store.transaction((tx) => tx.incidents({ state: 'open', limit: 100 }));
  const meant = open.filter((incident) => target === undefined || incident.target === target);
  const first = isKnown ? [markup`*Which playbook?* \`${'/redis run <playbook> <target>'}\``] : alike(ports, typed);
  return joined([...first, ...(isKnown ? fitting(ports, meant) : []), ...directory(ports)], '\n');
}

/** What was probably meant by an id that does not exist. */
function alike(ports: Ports, typed: string): Markup[] {
  const word = typed.toLowerCase();
  const all = [...ports.shelves.playbooks.values()].filter(({ id }) => id.includes(word));
  return [
    markup`${unknownPlaybook(ports, typed.slice(0, 100))}`,
    ...rows(ports, word.length < 3 ? [] : all.slice(0, ALIKE_SHOWN)),
  ];
}

function fitting(ports: Ports, incidents: readonly Incident[]): Markup[] {
  if (incidents.length === 0) return [markup`Nothing is found now. \`${'/redis diagnose <target>'}\` says what fits.`];
  const more = incidents.length - INCIDENTS_SHOWN;
  return [
    ...incidents.slice(0, INCIDENTS_SHOWN).flatMap((incident) => fittingOf(ports, incident)),
    ...(more > 0 ? [markup`… and ${counted(more, 'more open incident')}: \`${'/redis run <target>'}\``] : []),
  ];
}

/** What answers the findings of an incident, the gravest first; what was not possible comes last, with the reason. */
function fittingOf({ shelves }: Ports, { target, report }: Incident): Markup[] {
  const findings = report?.findings.filter(worthwhile) ?? [];
  const ids = [...new Set(findings.flatMap(({ playbooks }) => playbooks))];
  const refused = new Map(report?.notOffered?.map(({ playbook, because }) => [playbook, because]));
  const inOrder = ids.toSorted((one, other) => Number(refused.has(one)) - Number(refused.has(other)));
  const known = inOrder.flatMap((id) => shelves.playbooks.get(id) ?? []);
  const lines = known.slice(0, FITTING_SHOWN).map(({ id, playbook }) => {
    const because = refused.get(id)?.slice(0, REASON_SHOWN);
    const why = because === undefined ? markup`` : markup` · not when last looked: ${because}`;
    return markup`• \`/redis run ${id} ${target}\` ${playbook.title} · ${riskInShort(playbook, shelves.actions)}${why}`;
  });
  const more = known.length - lines.length;
  return [
    markup`*Fits what is found on ${target}*${lines.length === 0 ? ': nothing' : ''}`,
    ...lines,
    ...(more > 0 ? [markup`… and ${counted(more, 'more')}, less likely`] : []),
  ];
}

/** Where all others are, one line a group. */
function directory(ports: Ports): Markup[] {
  const groups = [...groupsOf(ports)].map(([name, all]) => markup`\`/redis run ${name}\` (${all.length})`);
  return [markup`*All playbooks*, with titles and risks: ${joined(groups, ' · ')}`];
}

/** Playbooks by the family of the finding that they are for in the first place. */
function groupsOf({ shelves }: Ports): Map<string, LoadedPlaybook[]> {
  const all = [...shelves.playbooks.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  const groups = Map.groupBy(all, ({ playbook }) => shelves.families.get(playbook.when[0] ?? '') ?? 'other');
  return new Map([...groups].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function rows({ shelves }: Ports, all: readonly LoadedPlaybook[]): Markup[] {
  return all.map(
    ({ id, playbook }) => markup`• \`${id}\` ${playbook.title} · ${riskInShort(playbook, shelves.actions)}`,
  );
}
