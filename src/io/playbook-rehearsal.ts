import { closest } from '../domain/closest.ts';
import { fromFile, type LoadedParameter, readValue } from '../domain/parameter.ts';
import type { Playbook } from '../domain/playbook.ts';
import { PLACE, type Rehearsal, serverNames } from '../domain/rehearsal.ts';
import type { ReadNode } from '../domain/snapshot.ts';
import type { Complain } from './parameter-bounds.ts';
import type { Path } from './schema-mistakes.ts';

/** What of a rehearsal cannot be: names of servers, parameters and findings that are not there. */
export function checkRehearsal(
  playbook: Playbook,
  parameters: readonly LoadedParameter<ReadNode>[],
  complain: Complain,
): void {
  const { rehearse } = playbook;
  if (!rehearse) return;
  const names = serverNames(rehearse);
  checkServers(rehearse, names, complain);
  const named: [Path, string | undefined][] = [
    [['rehearse', 'node'], rehearse.node],
    ...(['by_hand', 'before_undo'] as const).flatMap((key) =>
      rehearse[key].map(({ on }, at): [Path, string | undefined] => [['rehearse', key, at, 'on'], on]),
    ),
  ];
  for (const [path, name] of named) {
    if (name !== undefined && !names.includes(name)) {
      complain(path, `there is no server "${name}"; there are ${names.join(', ')}`);
    }
  }
  for (const [name, written] of Object.entries(rehearse.parameters)) {
    const parameter = parameters.find((known) => known.name === name);
    const path = ['rehearse', 'parameters', name];
    if (!parameter) {
      const known = parameters.map((each) => each.name);
      const meant = closest(name, known);
      complain(path, `there is no parameter "${name}"${meant ? `, did you mean "${meant}"?` : ''}`);
    } else if (fromFile(parameter.spec.type, written) === undefined && !PLACE.test(String(written))) {
      const read = readValue(parameter.spec.type, String(written));
      complain(path, 'wrong' in read ? read.wrong : `expected a ${parameter.spec.type}`);
    }
  }
  const { finding } = rehearse.expect;
  if (finding !== undefined && !playbook.when.includes(finding)) {
    complain(['rehearse', 'expect', 'finding'], `the playbook does not answer "${finding}": it is not in when`);
  }
}

function checkServers({ servers }: Rehearsal, names: readonly string[], complain: Complain): void {
  for (const [at, server] of servers.entries()) {
    const path = ['rehearse', 'servers', at] as const;
    const { replica_of: above, name } = server;
    if (name !== undefined && names.indexOf(name) < at) complain([...path, 'name'], `two servers are named "${name}"`);
    const known = [...names.slice(0, at), ...(at > 0 ? ['first'] : [])];
    if (above !== undefined && !known.includes(above)) {
      complain([...path, 'replica_of'], `there is no server "${above}" above it`);
    }
    const said: [Path, readonly (readonly string[])[]][] = [
      [[...path, 'commands'], server.commands],
      [[...path, 'provoke'], server.provoke],
      ...server.clients.flatMap(({ commands, repeat }, of): [Path, readonly (readonly string[])[]][] => [
        [[...path, 'clients', of, 'commands'], commands],
        [[...path, 'clients', of, 'repeat'], repeat],
      ]),
    ];
    for (const [where, commands] of said) checkPlaces(where, commands, names, complain);
  }
}

function checkPlaces(
  path: Path,
  commands: readonly (readonly string[])[],
  names: readonly string[],
  complain: Complain,
): void {
  for (const [row, words] of commands.entries()) {
    for (const [column, word] of words.entries()) {
      const stranger = placesIn(word).find((each) => !names.includes(each));
      if (stranger !== undefined) complain([...path, row, column], `there is no server "${stranger}"`);
    }
  }
}

function placesIn(word: string): string[] {
  return [...word.matchAll(new RegExp(PLACE, 'g'))].map((match) => match[1] ?? '');
}
