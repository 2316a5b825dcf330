import type { Action } from '../domain/action.ts';
import { closest } from '../domain/closest.ts';
import type { CompiledGuard, LoadedPlaybook, Playbook } from '../domain/playbook.ts';
import type { Probe } from '../domain/probe.ts';
import type { Rule } from '../domain/rule.ts';
import type { Shelf } from '../domain/shelf.ts';
import { type GuardCompiler, guardCompiler, type ValueCompiler, valueCompiler } from './cel.ts';
import type { Complain } from './parameter-bounds.ts';
import { loadParameters } from './playbook-parameters.ts';
import { checkRehearsal } from './playbook-rehearsal.ts';
import type { Path } from './schema-mistakes.ts';

/** What playbooks name. */
export interface Named {
  probes: Shelf<Probe<unknown>>;
  rules: Shelf<Rule>;
  actions: Shelf<Action>;
}

export interface Compilers {
  guard: GuardCompiler;
  value: ValueCompiler;
}

export function compilersFor(probes: Named['probes']): Compilers {
  return { guard: guardCompiler(probes), value: valueCompiler(probes) };
}

/** What a playbook names must be there, and what it computes must compute: everything else is complained about. */
export function checkPlaybook(
  playbook: Playbook,
  { rules, actions }: Named,
  compile: Compilers,
  complain: Complain,
): Omit<LoadedPlaybook, 'id' | 'file' | 'own'> {
  for (const [at, id] of playbook.when.entries()) known('rule', id, rules, ['when', at], complain);
  for (const [at, id] of (playbook.settled.clear ?? []).entries()) {
    known('rule', id, rules, ['settled', 'clear', at], complain);
  }
  const guard = (text: string, path: Path): CompiledGuard[] => {
    const compiled = compile.guard(text);
    if (compiled.kind === 'guard') return [compiled.guard];
    complain(path, compiled.mistake.message, compiled.mistake.at);
    return [];
  };
  const waits = new Map<string, CompiledGuard>();
  for (const [at, step] of playbook.steps.entries()) {
    if ('wait' in step) {
      for (const wait of guard(step.wait.until, ['steps', at, 'wait', 'until'])) waits.set(wait.text, wait);
    } else if ('manual' in step) {
      const { until } = step.manual;
      const shown = until === undefined ? [] : guard(until, ['steps', at, 'manual', 'until']);
      for (const wait of shown) waits.set(wait.text, wait);
    } else if ('action' in step) known('action', step.action, actions, ['steps', at, 'action'], complain);
  }
  const unless = playbook.unless.flatMap(({ guard: text, because }, at) =>
    guard(text, ['unless', at, 'guard']).map((compiled) => ({ guard: compiled, because })),
  );
  const hold = playbook.settled.hold.flatMap((text, at) => guard(text, ['settled', 'hold', at]));
  const parameters = loadParameters(playbook, actions, compile.value, complain);
  checkRehearsal(playbook, parameters, complain);
  const until = playbook.rehearse?.ready?.until;
  const [ready] = until === undefined ? [] : guard(until, ['rehearse', 'ready', 'until']);
  return { playbook, parameters, unless, hold, waits, ...(ready && { ready }) };
}

function known(kind: string, id: string, shelf: Shelf<unknown>, path: Path, complain: Complain): boolean {
  if (shelf.has(id)) return true;
  const meant = closest(id, shelf.keys());
  complain(
    path,
    `there is no ${kind} "${id}". ${meant ? `Did you mean "${meant}"?` : `Allowed: ${[...shelf.keys()].join(', ')}.`}`,
  );
  return false;
}
