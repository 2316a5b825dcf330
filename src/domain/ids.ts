import { z } from 'zod';

/** The name of a deployment in medic.yml, or `host:port` of a server diagnosed by a bare URL. */
export const TargetName = z
  .string()
  .regex(/^[A-Za-z0-9[][A-Za-z0-9._:[\]-]{0,254}$/)
  .brand('TargetName');
export type TargetName = z.infer<typeof TargetName>;

/** A Slack member id such as U024BE7LH. */
export const SlackUserId = z
  .string()
  .regex(/^[UW][A-Z0-9]{2,20}$/)
  .brand('SlackUserId');
export type SlackUserId = z.infer<typeof SlackUserId>;

export const IncidentId = z
  .string()
  .regex(/^inc_[0-9a-z]{10}$/)
  .brand('IncidentId');
export type IncidentId = z.infer<typeof IncidentId>;

export const ProposalId = z
  .string()
  .regex(/^prp_[0-9a-z]{10}$/)
  .brand('ProposalId');
export type ProposalId = z.infer<typeof ProposalId>;

export const RunId = z
  .string()
  .regex(/^run_[0-9a-z]{10}$/)
  .brand('RunId');
export type RunId = z.infer<typeof RunId>;

/** Makes new ids; `chance` gives a whole number below its argument. */
export interface Ids {
  incident(): IncidentId;
  proposal(): ProposalId;
  run(): RunId;
}

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

export function makeIds(chance: (below: number) => number): Ids {
  const tail = () => Array.from({ length: 10 }, () => ALPHABET[chance(ALPHABET.length)]).join('');
  return {
    incident: () => IncidentId.parse(`inc_${tail()}`),
    proposal: () => ProposalId.parse(`prp_${tail()}`),
    run: () => RunId.parse(`run_${tail()}`),
  };
}
