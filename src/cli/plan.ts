import { printable } from '../domain/printable.ts';
import { problem } from '../domain/problem.ts';
import { planSomewhere } from '../flow/choose-node.ts';
import { diagnose } from '../flow/diagnose.ts';
import { readGiven } from '../flow/parameters.ts';
import type { Shelves } from '../flow/ports.ts';
import { chooseTarget } from './choose-target.ts';
import type { DiagnoseCommandDeps } from './diagnose.ts';
import { pastFor } from './past-for.ts';
import { playbookNamed } from './playbooks.ts';
import { pageFor } from './render/layout.ts';
import { planJson, renderPlan } from './render/plan.ts';
import { makePaint } from './render/terminal.ts';

export interface PlanCommandAsk {
  playbook: string;
  /** A target of the configuration, or a redis:// or rediss:// URL. */
  what: string;
  /** What was typed for each parameter. */
  set: Readonly<Record<string, string>>;
  node?: string;
  json: boolean;
  config?: string;
}

export type PlanCommandDeps = Omit<DiagnoseCommandDeps, 'enough' | 'shelves'> & { shelves: Shelves };

/** It cannot be used here and now; 64 stays for what was asked wrongly. */
const REFUSED = 2;

/** `redis-medic plan`: what would be proposed, and nothing is sent that changes a server. */
export async function planCommand(deps: PlanCommandDeps, ask: PlanCommandAsk): Promise<number> {
  const loaded = playbookNamed(deps.shelves.playbooks, ask.playbook);
  const given = readGiven(loaded.parameters, ask.set);
  if (given.wrong.length > 0) throw problem('values-wrong', ask.playbook, given.wrong);
  const chosen = await chooseTarget(deps.loadConfig, ask);
  const past = await pastFor(deps, chosen, {});
  const { snapshot, report } = await diagnose(deps, chosen.target, { seconds: chosen.windowSeconds, past });
  const { shelves, out } = deps;
  const planned = await planSomewhere(deps, { loaded, snapshot, report, values: given.values, shelves }, ask.node);
  if (planned.kind === 'strange') throw problem('node-unclear', printable(planned.refused, 500));
  if (planned.kind === 'refused') {
    const { node, refused, choosable } = planned;
    const open = choosable ? loaded.parameters.filter(({ name, default: one }) => !one && !(name in ask.set)) : [];
    const answer = { playbook: loaded.id, node, refused };
    out.write(
      ask.json
        ? `${JSON.stringify(answer, null, 2)}\n`
        : `${loaded.playbook.title} cannot be proposed on ${printable(node)}: ${printable(refused, 1000)}\n` +
            open.map(({ name, spec }) => `Another value can be chosen: --set ${name}=… (${spec.label})\n`).join(''),
    );
    return REFUSED;
  }
  const { draft } = planned;
  out.write(
    ask.json
      ? `${JSON.stringify(planJson(draft), null, 2)}\n`
      : renderPlan(draft, loaded, pageFor(out, makePaint(out.colour))),
  );
  return 0;
}
