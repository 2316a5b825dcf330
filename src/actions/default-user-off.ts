import { z } from 'zod';
import { aboutUser, accountIn, ownUsers, serversOfUsers } from '../domain/acl-account.ts';
import { defineAction } from '../domain/action.ts';
import { unreadOf, unsteadyOf, watch } from '../domain/replication-group.ts';
import clientUsers from '../probes/client-users.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** Closes the door for whoever gives no name of a user, once nobody uses it any more. */
export default defineAction({
  args: z.strictObject({}),
  needs: [clientUsers, replication, server],
  sends: [
    ['ACL', 'SETUSER'],
    ['ACL', 'GETUSER'],
  ],
  risks: ['disruptive'],
  asks: (_args, scene) => serversOfUsers(scene).map((node) => aboutUser(node, 'default')),
  plan(args, scene) {
    const nodes = serversOfUsers(scene);
    const odd = unsteadyOf(nodes);
    if (odd) return { refused: odd };
    if (ownUsers(scene.snapshot.target).has('default')) {
      return {
        refused:
          'redis-medic itself logs in as the default user here, and nobody could take it back: give it users of its own first (redis-medic acl)',
      };
    }
    const [silent] = unreadOf(scene.snapshot, nodes);
    if (silent)
      return { refused: `${silent.name} could not be read: it would keep its default user on, or lose its link` };
    const changed = nodes.filter((node) => accountIn(scene.answer(aboutUser(node, 'default')))?.on);
    if (changed.length === 0) return { refused: 'the default user is off already' };
    const turn = (state: 'on' | 'off') =>
      changed.map(({ name }) => ({ node: name, argv: ['ACL', 'SETUSER', 'default', state] as const, applied: [] }));
    const still = changed.reduce((sum, node) => sum + scene.read(clientUsers, node).as_default, 0);
    return {
      args,
      commands: turn('off'),
      undo: turn('on'),
      onlyWhile: changed.map(({ name }) => ({ node: name, reading: 'client-users.as_default', below: 1 })),
      impact: [
        `On ${changed.map(({ name }) => name).join(', ')} nobody gets in any more without the name of a user: neither without a password, nor with a password alone.`,
        still > 0
          ? `${still} connections are the default user's now: while there is one, replicas and Sentinels among them, this is not sent.`
          : 'Nobody is logged in as the default user now.',
        'Programs that are not connected right now, such as nightly jobs and health checks, are shut out too.',
        'Runtime only: lost at a restart unless the users are saved to the ACL file, or written to the configuration.',
      ],
      risk: 'disruptive',
      watches: changed.flatMap((node) => watch(node)),
    };
  },
});
