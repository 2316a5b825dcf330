import type { KnownBlock } from '@slack/types';
import type { Automatic } from '../../domain/auto.ts';
import type { Severity } from '../../domain/finding.ts';
import type { Incident } from '../../domain/incident.ts';
import type { KeyScan } from '../../domain/keys/key-scan.ts';
import type { Proposal, Vote } from '../../domain/proposal.ts';
import { ACTIVE_RUN_STATES, type Run, type RunStep } from '../../domain/run.ts';
import type { Signal } from '../../domain/signal.ts';
import { clampMarkup, type Markup } from '../blocks/text.ts';

/** A message: `text` is what notifications and screen readers get, as Slack markup. */
export interface Card {
  text: string;
  blocks: KnownBlock[];
}

/** A proposal with everything that hangs on it. */
export interface Case {
  proposal: Proposal;
  votes: readonly Vote[];
  run: { run: Run; steps: readonly RunStep[] } | null;
  /** Where medic.yml lets its playbook run by itself. */
  automatic: Automatic | null;
}

/** Everything that one thread shows. */
export interface Thread {
  incident: Incident;
  signals: readonly Signal[];
  /** Oldest first. */
  cases: readonly Case[];
  /** Null where nobody asked for one. */
  keyScan: KeyScan | null;
}

export const SEVERITY_MARK: Readonly<Record<Severity, string>> = {
  critical: '🔴',
  high: '🟠',
  warning: '🟡',
  info: '🔵',
};

/** Who approved what ran by itself. */
export const ITSELF = 'redis-medic itself, as medic.yml lets it (auto)';

export function card(text: Markup, blocks: KnownBlock[]): Card {
  return { text: clampMarkup(text.markup, 1000), blocks };
}

/** `1 command`, `3 commands`. */
export function counted(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}

export function isActive(run: Run): boolean {
  return ACTIVE_RUN_STATES.some((state) => state === run.state);
}
