import { z } from 'zod';
import type { ReadNode } from './snapshot.ts';
import { PURPOSES } from './target.ts';

const Guard = z
  .string()
  .min(1)
  .describe('a CEL expression over the readings of the node, such as memory.used_memory < memory.maxmemory');

const Seconds = z.number().int().positive().max(3600);

/** A remedy as a person writes it in playbooks/<id>.yml. Risk, undo and impact come from the actions, never from here. */
export const Playbook = z.strictObject({
  title: z.string().min(3).max(80),
  /** Why and when this is the right thing, for the approver. */
  summary: z.string().min(10).max(600),
  /** Rule ids that it answers. */
  when: z.array(z.string()).min(1),
  /** It is not offered while one of these holds. */
  unless: z.array(z.strictObject({ guard: Guard, because: z.string().min(5).max(200) })).default([]),
  /** Purposes of targets that it is for; all when absent. */
  for: z.array(z.enum(PURPOSES)).min(1).optional(),
  steps: z
    .array(
      z.union([
        z.strictObject({ action: z.string(), with: z.record(z.string(), z.unknown()).default({}) }),
        z.strictObject({ wait: z.strictObject({ until: Guard, timeout_s: Seconds }) }),
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
});
export type Playbook = z.infer<typeof Playbook>;

/** A guard that was checked when the playbook was loaded: names are known and it gives a boolean. */
export interface CompiledGuard {
  text: string;
  /** True or false for a node; throws NotAnswered when a reading that it names could not be taken. */
  holds(node: ReadNode): boolean;
}

/** A playbook whose rules, actions, arguments and guards are known to be real. Its id is its file name. */
export interface LoadedPlaybook {
  id: string;
  playbook: Playbook;
  unless: readonly { guard: CompiledGuard; because: string }[];
  hold: readonly CompiledGuard[];
  /** By text, for the wait steps. */
  waits: ReadonlyMap<string, CompiledGuard>;
}
