import type { KnownBlock } from '@slack/types';
import type { Finding, Severity } from '../../domain/finding.ts';
import { type Branch, forest, severityOf } from '../../domain/forest.ts';
import type { Report } from '../../domain/report.ts';
import type { Signal } from '../../domain/signal.ts';
import { duration } from '../../domain/units.ts';
import { button, confirm } from '../blocks/buttons.ts';
import { actions, context, fields, header } from '../blocks/layout.ts';
import { bold, bullets, line, rich, text } from '../blocks/rich.ts';
import { type Markup, markup, person, when } from '../blocks/text.ts';
import { consequences } from './branch.ts';
import { type Card, card, counted, isActive, SEVERITY_MARK, type Thread } from './card.ts';

const ALERTS_SHOWN = 5;
const SYMPTOMS_SHOWN = 4;

/** The message that the thread hangs on: what is wrong, how bad, since when, and where it stands. */
export function rootCard(thread: Thread): Card {
  const { incident, signals } = thread;
  const { mark, headline } = summed(thread);
  const blocks: KnownBlock[] = [
    header(`${mark} ${incident.target}: ${headline}`),
    facts(thread),
    ...becauseOfIt(thread),
    ...alerts(signals),
    context(origin(thread)),
  ];
  if (incident.state === 'open') blocks.push(rootButtons(thread));
  return card(markup`${mark} ${incident.target}: ${headline}`, blocks);
}

function facts(thread: Thread): KnownBlock {
  const { incident } = thread;
  const target = markup`*Target*\n${incident.target}`;
  if (incident.resolvedAt !== null) {
    const lasted = duration((incident.resolvedAt - incident.openedAt) / 1000);
    return fields(
      target,
      markup`*Lasted*\n${lasted}`,
      markup`*Began*\n${when(incident.openedAt)}`,
      markup`*Resolved*\n${when(incident.resolvedAt)}`,
    );
  }
  const worst = gravest(incident.report);
  return fields(
    target,
    markup`*Severity*\n${worst ? `${SEVERITY_MARK[worst.severity]} ${worst.severity}` : '—'}`,
    markup`*Now*\n${standing(thread)}`,
    markup`*Since*\n${when(incident.openedAt)} (${when(incident.openedAt, '{ago}')})`,
  );
}

/** The line that stands for the whole incident in lists and headings. */
export function summed(thread: Pick<Thread, 'incident'>): { mark: string; headline: string } {
  const { incident } = thread;
  const { report, trouble } = incident;
  if (incident.state === 'resolved') {
    return { mark: '✅', headline: `resolved: ${incident.resolution ?? 'no reason was given'}` };
  }
  if (trouble !== null) return { mark: '⚠️', headline: `could not be diagnosed: ${trouble}` };
  if (report === null) return { mark: '🔎', headline: 'reading the servers…' };
  const worst = gravest(report);
  if (worst) return { mark: SEVERITY_MARK[worst.severity], headline: worst.root.headline };
  const blind = report.unassessed.length;
  if (report.verdict === 'healthy' && blind === 0) return { mark: '🟢', headline: 'no fault found' };
  return { mark: '⚪', headline: `no fault seen, but ${counted(blind, 'check')} could not be made` };
}

/** The incident that matters most: its root is the headline, its worst symptom says how bad it is. */
function gravest(report: Report | null): { root: Finding; branch: Branch; severity: Severity } | undefined {
  const [branch] = forest(report?.findings ?? []);
  return branch && { root: branch.fault[0], branch, severity: severityOf(branch) };
}

/** What came of the root, so that the heading is not taken for the whole of it. */
function becauseOfIt({ incident }: Thread): KnownBlock[] {
  if (incident.resolvedAt !== null || incident.trouble !== null) return [];
  const worst = gravest(incident.report);
  if (!worst || worst.branch.symptoms.length === 0) return [];
  const list = consequences(worst.branch, { most: SYMPTOMS_SHOWN, chars: 200, signs: false });
  return [rich(line(bold('Because of this:')), ...list)];
}

function standing({ incident, cases }: Thread): string {
  const active = cases.find((one) => one.run && isActive(one.run.run));
  if (active) return `running: ${active.proposal.title}`;
  const open = cases.filter((one) => one.proposal.state === 'open').length;
  if (open > 0) return `${counted(open, 'plan waits', 'plans wait')} for approval in the thread`;
  const last = cases.findLast((one) => one.run !== null);
  if (last?.run?.run.verdict === 'verified') return `${last.proposal.title}: done and verified`;
  if (last?.run) return `${last.proposal.title}: ${last.run.run.verdict ?? last.run.run.state}; a person should look`;
  return incident.report || incident.trouble ? 'no plan is waiting' : 'diagnosing';
}

function alerts(signals: readonly Signal[]): KnownBlock[] {
  const firing = signals.filter((signal) => signal.status === 'firing');
  if (firing.length === 0) return [];
  const items = firing
    .slice(0, ALERTS_SHOWN)
    .map((signal) => line(bold(signal.name, 100), text(` ${signal.summary}`, 250)));
  if (firing.length > ALERTS_SHOWN) items.push(line(text(`and ${firing.length - ALERTS_SHOWN} more alerts`)));
  return [rich(bullets(...items))];
}

function origin({ incident, signals }: Thread): Markup {
  const by = incident.requestedBy ? markup` by ${person(incident.requestedBy)}` : markup``;
  const resolved = signals.filter((signal) => signal.status === 'resolved').length;
  const quiet = resolved > 0 ? `, ${counted(resolved, 'alert')} resolved` : '';
  return markup`${incident.openedBy.slice(0, 200)}${by}${quiet} · ${incident.id}`;
}

function rootButtons({ incident }: Thread): KnownBlock {
  return actions(
    button('diagnose', { target: incident.target }, { label: 'Diagnose again' }),
    button(
      'resolve',
      { incident: incident.id },
      {
        label: 'Resolve',
        confirm: confirm(
          'Close this incident?',
          'Open plans are withdrawn. Nothing is sent to the servers.',
          'Resolve',
        ),
      },
    ),
  );
}
