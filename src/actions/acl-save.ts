import { z } from 'zod';
import { serversOfUsers } from '../domain/acl-account.ts';
import { defineAction } from '../domain/action.ts';
import { printable } from '../domain/printable.ts';
import { unreadOf, unsteadyOf, watch } from '../domain/replication-group.ts';
import replication from '../probes/replication.ts';
import security from '../probes/security-config.ts';
import server from '../probes/server.ts';

/** Writes the users as they are now to the ACL file of every server that has one. */
export default defineAction({
  args: z.strictObject({}),
  needs: [replication, security, server],
  sends: [['ACL', 'SAVE']],
  risks: ['disruptive'],
  plan(args, scene) {
    const nodes = serversOfUsers(scene);
    const odd = unsteadyOf(nodes);
    if (odd) return { refused: odd };
    const file = (node: (typeof nodes)[number]) => scene.read(security, node).aclfile ?? '';
    const saved = nodes.filter((node) => file(node) !== '');
    if (saved.length === 0) {
      return {
        refused: 'none of these servers has an ACL file: CONFIG REWRITE writes the users to the configuration instead',
      };
    }
    return {
      args,
      commands: saved.map(({ name }) => ({ node: name, argv: ['ACL', 'SAVE'], applied: [] })),
      undo: 'The file held what was there before, and is written over: keep a copy of it if you may want that back.',
      impact: [
        ...saved.map(
          (node) =>
            `${node.name} writes its users, with the hashes of their passwords, to ${printable(file(node), 120)}.`,
        ),
        'Changes that somebody made in the file and did not load (ACL LOAD) are lost, and so are its comments.',
        ...nodes.filter((node) => file(node) === '').map(({ name }) => `${name} has no ACL file and is left out.`),
        ...unreadOf(scene.snapshot, nodes).map(({ name }) => `${name} could not be read and is left out.`),
        'Nobody is disconnected and no right changes.',
      ],
      risk: 'disruptive',
      watches: saved.flatMap((node) => watch(node, 'security-config.aclfile')),
    };
  },
});
