import { z } from 'zod';
import { aboutUser, accountIn, serversOfUsers, UserName } from '../domain/acl-account.ts';
import { defineAction, type PlannedCommand } from '../domain/action.ts';
import { unreadOf, unsteadyOf, watch } from '../domain/replication-group.ts';
import clientUsers from '../probes/client-users.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** What an application needs beside data: client libraries ask INFO and ROLE, and some sort. */
const RIGHTS = {
  application: ['+@all', '-@admin', '-@dangerous', '+info', '+role', '+sort'],
  everything: ['+@all'],
} as const;

/** Makes a named user with a password whose hash a person gives, on every server of the group. */
export default defineAction({
  args: z.strictObject({
    user: UserName.refine((name) => name !== 'default', 'default is there already'),
    /** SHA-256 of its password: the password itself never comes here. */
    hash: z.string().regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of the password, 64 small hex digits'),
    rights: z.enum(['application', 'everything']).default('application'),
  }),
  needs: [clientUsers, replication, server],
  sends: [
    ['ACL', 'SETUSER'],
    ['ACL', 'DELUSER'],
    ['ACL', 'GETUSER'],
  ],
  risks: ['reversible'],
  asks: ({ user }, scene) => serversOfUsers(scene).map((node) => aboutUser(node, user)),
  plan(args, scene) {
    const { user, hash, rights } = args;
    const nodes = serversOfUsers(scene);
    const odd = unsteadyOf(nodes);
    if (odd) return { refused: odd };
    const taken = nodes.find((node) => accountIn(scene.answer(aboutUser(node, user))) !== undefined);
    if (taken) return { refused: `${taken.name} has a user ${user} already: choose another name` };
    const make = ({ name }: { name: string }): PlannedCommand => ({
      node: name,
      argv: ['ACL', 'SETUSER', user, 'on', `#${hash}`, 'allkeys', 'allchannels', ...RIGHTS[rights]],
      applied: [],
    });
    return {
      args: { user, hash, rights },
      commands: nodes.map(make),
      undo: nodes.map(({ name }) => ({ node: name, argv: ['ACL', 'DELUSER', user], applied: [] })),
      // Deleting a user closes its connections: only while none has come.
      undoWhile: nodes.map((node) => ({
        node: node.name,
        reading: 'client-users.applications',
        below: scene.read(clientUsers, node).applications + 1,
      })),
      impact: [
        `User ${user} is made on ${nodes.map(({ name }) => name).join(', ')} with ${rights === 'everything' ? 'every right' : 'every key, and every command but those of administrators and dangerous ones such as KEYS, FLUSHALL and CONFIG'}. Nobody is disconnected, nothing changes for those who are logged in.`,
        'The password must be long and random: whoever sees its hash can try to guess a short one.',
        ...unreadOf(scene.snapshot, nodes).map(({ name }) => `${name} could not be read and does not get the user.`),
        'Runtime only: lost at a restart unless the users are saved to the ACL file, or written to the configuration.',
      ],
      risk: 'reversible',
      watches: nodes.flatMap((node) => watch(node)),
    };
  },
});
