import type { Action } from '../domain/action.ts';
import type { LoadedPlaybook } from '../domain/playbook.ts';
import { problem } from '../domain/problem.ts';
import type { Shelf } from '../domain/shelf.ts';
import { pageFor } from './render/layout.ts';
import { playbookJson, renderPlaybook, renderPlaybookList } from './render/playbook.ts';
import { makePaint, type Terminal } from './render/terminal.ts';

interface Shelves {
  playbooks: Shelf<LoadedPlaybook>;
  actions: Shelf<Action>;
}

/** `redis-medic playbooks list`: those that ship with the program and those of one's own. */
export function playbooksList({ playbooks, actions }: Shelves, { json }: { json: boolean }, out: Terminal): number {
  const all = [...playbooks.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  out.write(
    json
      ? `${JSON.stringify(
          all.map((loaded) => playbookJson(loaded, actions)),
          null,
          2,
        )}\n`
      : renderPlaybookList(all, actions),
  );
  return 0;
}

/** `redis-medic playbooks show <id>`. */
export function playbooksShow({ playbooks, actions }: Shelves, { id }: { id: string }, out: Terminal): number {
  out.write(renderPlaybook(playbookNamed(playbooks, id), actions, pageFor(out, makePaint(out.colour))));
  return 0;
}

/** `redis-medic playbooks lint`: loading them named every mistake, so what is here is right. */
export function playbooksLint({ playbooks }: Pick<Shelves, 'playbooks'>, out: Terminal): number {
  const count = playbooks.size;
  out.write(count === 1 ? '1 playbook is right.\n' : `${count} playbooks are right.\n`);
  return 0;
}

/** The playbook with this id; throws a Problem with what was probably meant. */
export function playbookNamed(playbooks: Shelf<LoadedPlaybook>, id: string): LoadedPlaybook {
  const loaded = playbooks.get(id);
  if (!loaded) throw problem('playbook-unknown', id, [...playbooks.keys()]);
  return loaded;
}
