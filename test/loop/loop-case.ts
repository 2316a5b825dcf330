import type { ParameterValues } from '../../src/domain/parameter.ts';
import type { Address, Target } from '../../src/domain/target.ts';
import type { Works } from '../../src/flow/backup/works.ts';
import type { Ports } from '../../src/flow/ports.ts';
import type { Lab, Scenario } from '../lab/lab.ts';
import type { AcknowledgedWriter } from '../support/acknowledged-writer.ts';
import type { Machine } from '../support/machine.ts';

/** One playbook that is carried through on servers which are in the state that it is for. */
export interface LoopCase extends Pick<Scenario, 'target' | 'on' | 'seconds'> {
  playbook: string;
  /** What has happened. */
  name: string;
  /** Provokes it; gives the seeds, and their machine where something is done on that. What was started on the lab ends with the case. */
  arrange: (lab: Lab) => Promise<readonly Address[] | OnMachine>;
  /** Takes longer than anybody waits for: with LAB=all only, and on the installed server. */
  long?: true;
  /** No diagnosis offers it: a person asks for it. */
  asked?: Asked;
  /** What a person does where a step asks for it; the answer. */
  byHand?: (situation: Situation) => Promise<string>;
  /** What must be done before it is diagnosed, with all that redis-medic has. */
  prepare?: (situation: Situation) => Promise<void>;
  /** `as-before`: it is undone, and settings, roles and data are as before. `none`: there is no way back. */
  undo: 'as-before' | 'none';
  /**
   * `writes`, and everything that it was told is written must survive; `quiet`: nobody writes, so that after the undo the
   * data must be the same to the last byte; `none`: the fault itself writes. The first when absent.
   */
  application?: 'writes' | 'quiet' | 'none';
  /** Of the verification; 6 at most when absent. */
  windowSeconds?: number;
  /** The fault comes back with the undo, so that writes need not be taken then. */
  stillBroken?: boolean;
  /** Acknowledged writes may be lost: what the plan says of it. */
  loses?: RegExp;
  /** What must be so after the run, beside what its playbook verifies. */
  after?: (situation: Situation) => Promise<void>;
}

export interface OnMachine {
  seeds: readonly Address[];
  machine: Machine;
}

/** What a person asks for by `/redis run`. */
export interface Asked {
  /** Why no diagnosis offers it. */
  because: string;
  /** What the diagnosis finds all the same, of what the playbook is for. */
  finds?: string;
  about?: (lab: Lab) => Address;
  values?: ParameterValues | ((situation: Situation) => Promise<ParameterValues>);
}

/** Reasons that several have. */
export const ADVICE = 'it is told as advice, and proposals answer what is a warning or more';
export const NAMED = 'only a person can name what it is about';

export interface Situation {
  lab: Lab;
  seeds: readonly Address[];
  target: Target;
  ports: Ports;
  works: Works;
  machine: Machine | undefined;
  /** Who writes, once it has begun. */
  application?: AcknowledgedWriter;
  /** Why playbooks were not offered. */
  refused: string[];
}

/** How the fault lab provokes it. */
export function scenarioNamed(
  table: readonly Scenario[],
  name: string,
): Pick<Scenario, 'name' | 'arrange' | 'target' | 'on' | 'seconds'> {
  const found = table.find((one) => one.name === name);
  if (!found) throw new Error(`the fault lab has no ${name}`);
  const { arrange, target, on, seconds } = found;
  return { name, arrange, ...(target && { target }), ...(on && { on }), ...(seconds !== undefined && { seconds }) };
}
