import type { Button, ConfirmationDialog } from '@slack/types';
import { z } from 'zod';
import { IncidentId, ProposalId, RunId, TargetName } from '../../domain/ids.ts';
import { LIMITS } from './limits.ts';
import { plain } from './text.ts';

/** What each button and dialog carries: ids and a digest, never what is to be done. */
const CARRIED = {
  approve: z.strictObject({ proposal: ProposalId, digest: z.string().regex(/^[0-9a-f]{64}$/) }),
  review: z.strictObject({ proposal: ProposalId, digest: z.string().regex(/^[0-9a-f]{64}$/) }),
  deny: z.strictObject({ proposal: ProposalId, digest: z.string().regex(/^[0-9a-f]{64}$/) }),
  change: z.strictObject({ proposal: ProposalId, digest: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** A dialog with values; the limits are those that it showed, and are computed again before anything is proposed. */
  run: z.strictObject({
    playbook: z.string().max(200),
    target: TargetName,
    node: z.string().max(300).optional(),
    instead: ProposalId.optional(),
    limits: z.record(z.string(), z.tuple([z.number().nullable(), z.number().nullable()])),
  }),
  undo: z.strictObject({ run: RunId }),
  cancel: z.strictObject({ run: RunId }),
  done: z.strictObject({ run: RunId, seq: z.number().int().nonnegative() }),
  resolve: z.strictObject({ incident: IncidentId }),
  diagnose: z.strictObject({ target: TargetName }),
  stopkeys: z.strictObject({ incident: IncidentId }),
} as const;
export type Verb = keyof typeof CARRIED;
export type Carried<V extends Verb> = z.infer<(typeof CARRIED)[V]>;

export interface Look {
  label: string;
  style?: 'primary' | 'danger';
  confirm?: ConfirmationDialog;
}

export function button<V extends Verb>(verb: V, carried: Carried<V>, look: Look): Button {
  return {
    type: 'button',
    action_id: actionId(verb),
    text: plain(look.label, LIMITS.buttonText),
    value: JSON.stringify(carried),
    ...(look.style && { style: look.style }),
    ...(look.confirm && { confirm: look.confirm }),
  };
}

/** Slack's own "are you sure". */
export function confirm(title: string, text: string, yes: string, no = 'Back'): ConfirmationDialog {
  return {
    title: plain(title, LIMITS.confirmTitle),
    text: plain(text, LIMITS.confirmText),
    confirm: plain(yes, LIMITS.confirmButton),
    deny: plain(no, LIMITS.confirmButton),
  };
}

/** The version changes when an old card's button could no longer be understood. */
export function actionId(verb: Verb): string {
  return `rm:v1:${verb}`;
}

/** The verb of an id that this version wrote; undefined for any other. */
export function verbOf(id: string): Verb | undefined {
  const verb = /^rm:v1:([a-z]+)$/.exec(id)?.[1];
  return verb !== undefined && Object.hasOwn(CARRIED, verb) ? (verb as Verb) : undefined;
}

/** What a button or a modal's metadata carries; undefined when it is not what this verb writes. */
export function carriedBy<V extends Verb>(verb: V, text: string | undefined): Carried<V> | undefined {
  try {
    return CARRIED[verb].parse(JSON.parse(text ?? '')) as Carried<V>;
  } catch {
    return undefined;
  }
}
