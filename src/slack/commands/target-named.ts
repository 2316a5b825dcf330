import { closest } from '../../domain/closest.ts';
import type { TargetName } from '../../domain/ids.ts';
import type { Target } from '../../domain/target.ts';
import { type Markup, markup } from '../blocks/text.ts';

const NAMES_SHOWN = 30;

/** The configured target, whatever the case it was typed in; or what to say when there is none. */
export function targetNamed(
  targets: ReadonlyMap<TargetName, Target>,
  typed: string,
  command: string,
): { target: Target } | { sorry: Markup } {
  const names = [...targets.keys()];
  const name =
    names.find((known) => known === typed) ?? names.find((known) => known.toLowerCase() === typed.toLowerCase());
  const target = name === undefined ? undefined : targets.get(name);
  return target ? { target } : { sorry: unknownTarget(names, typed, command) };
}

function unknownTarget(names: readonly TargetName[], typed: string, command: string): Markup {
  const known = names.slice(0, NAMES_SHOWN).join(', ') + (names.length > NAMES_SHOWN ? ' …' : '');
  if (names.length === 0) return markup`There are no targets: medic.yml names none.`;
  if (typed === '') return markup`Which target? Known targets: ${known}.`;
  const meant = closest(typed, names);
  const hint = meant ? markup` Did you mean \`/redis ${command} ${meant}\`?` : markup``;
  return markup`There is no target "${typed.slice(0, 100)}".${hint} Known targets: ${known}.`;
}
