import { z } from 'zod';
import { type LoadedParameter, PARAMETER_NAME, Parameter } from './parameter.ts';
import { Rehearsal } from './rehearsal.ts';
import type { ReadNode } from './snapshot.ts';
import { PURPOSES } from './target.ts';

const Guard = z
  .string()
  .min(1)
  .describe('a CEL expression over the readings of the node, such as memory.used_memory < memory.maxmemory');

const Seconds = z.number().int().positive().max(3600);

/** What a person does where no command can, with the guard that shows it done. */
const Manual = z.strictObject({
  instruction: z.string().min(10).max(1000).describe('exactly what to do, and where'),
  ask: z.string().min(3).max(150).describe('what to answer when it is done, such as a ticket or a value').optional(),
  until: Guard.optional(),
  timeout_s: z.number().int().positive().max(86_400),
});

/** A remedy as a person writes it in playbooks/<id>.yml. Risk, undo and impact come from the actions, never from here. */
export const Playbook = z.strictObject({
  title: z.string().min(3).max(80),
  /** Why and when this is the right thing, for the approver. */
  summary: z.string().min(10).max(600),
  /** Rule ids that it answers. */
  when: z.array(z.string()).min(1),
  /** It is not offered while one of these holds. */
  unless: z.array(z.strictObject({ guard: Guard, because: z.string().min(5).max(200) })).default([]),
  /** In a folder of one's own: it takes the place of the one with this name that ships with the program. */
  replaces: z.literal(true, 'expected true').optional(),
  /** Purposes of targets that it is for; all when absent. */
  for: z.array(z.enum(PURPOSES)).min(1).optional(),
  /** What a person may choose: `$name` in an argument, {name} in a text. */
  parameters: z
    .record(z.string().regex(PARAMETER_NAME, 'a name is made of small letters, digits and _, 31 at most'), Parameter)
    .default({}),
  steps: z
    .array(
      z.union([
        z.strictObject({ action: z.string(), with: z.record(z.string(), z.unknown()).default({}) }),
        z.strictObject({ wait: z.strictObject({ until: Guard, timeout_s: Seconds }) }),
        z.strictObject({ manual: Manual }),
        z.strictObject({ notify: z.string().min(3).max(1000) }),
      ]),
    )
    .min(1),
  /** How we know that it worked, watched over a window after the last step. */
  settled: z.strictObject({
    /** The window: everything below must hold at its end, and no new fault may have appeared. */
    within_s: Seconds,
    /** Rule ids that must be clear; those of `when` that were found when absent. */
    clear: z.array(z.string()).optional(),
    /** Guards that must hold on the node. */
    hold: z.array(Guard).default([]),
  }),
  /** How it is tried with `redis-medic playbooks test`. */
  rehearse: Rehearsal.optional(),
});
export type Playbook = z.infer<typeof Playbook>;

/** A guard that was checked when the playbook was loaded: names are known and it gives a boolean. */
export interface CompiledGuard {
  text: string;
  /** The readings that it names: `memory-config.maxmemory`. */
  reads: readonly string[];
  /** True or false for a node; throws NotAnswered when a reading that it names could not be taken. */
  holds(node: ReadNode): boolean;
}

/** A playbook whose rules, actions, arguments and guards are known to be real. Its id is its file name. */
export interface LoadedPlaybook {
  id: string;
  /** As mistakes name it: `playbooks/raise-maxmemory.yml`. */
  file: string;
  /** From the operator's own folder. */
  own: boolean;
  playbook: Playbook;
  parameters: readonly LoadedParameter<ReadNode>[];
  unless: readonly { guard: CompiledGuard; because: string }[];
  hold: readonly CompiledGuard[];
  /** By text, for the wait and manual steps. */
  waits: ReadonlyMap<string, CompiledGuard>;
  /** What must hold before a rehearsal is diagnosed. */
  ready?: CompiledGuard;
}
