import { z } from 'zod';
import { type Account, aboutUser, accountIn, ownUsers, serversOfUsers, UserName } from '../domain/acl-account.ts';
import { defineAction, type PlannedCommand, type Refusal, type Scene } from '../domain/action.ts';
import type { Question } from '../domain/answers.ts';
import { describeProgram } from '../domain/caller.ts';
import { unreadOf, unsteadyOf, watch } from '../domain/replication-group.ts';
import { atLeast } from '../domain/server.ts';
import type { ReadNode } from '../domain/snapshot.ts';
import clientList from '../probes/client-list.ts';
import replication from '../probes/replication.ts';
import security from '../probes/security-config.ts';
import server from '../probes/server.ts';

/** Commands that an application can do without, with words that ACL DRYRUN takes for a call of them. */
const DENIABLE: Readonly<Record<string, readonly string[]>> = {
  keys: ['*'],
  flushall: [],
  flushdb: [],
  swapdb: ['0', '1'],
  debug: ['HELP'],
  monitor: [],
  save: [],
  shutdown: [],
  sort: ['k'],
  eval: ['return 1', '0'],
  config: ['SET', 'x', 'y'],
  module: ['LOAD', 'x'],
  acl: ['SETUSER', 'x'],
  replicaof: ['NO', 'ONE'],
};

/** Whoever sent it within this time is taken to be who sends it, seconds. */
const LATELY = 60;

/** Takes a command away from one user, on every server of the group. */
export default defineAction({
  args: z.strictObject({
    command: z.enum(Object.keys(DENIABLE)),
    /** The one user whose connections sent it last, when absent. */
    user: UserName.optional(),
  }),
  needs: [clientList, replication, security, server],
  sends: [
    ['ACL', 'SETUSER'],
    ['ACL', 'GETUSER'],
    ['ACL', 'DRYRUN'],
  ],
  risks: ['disruptive'],
  asks(args, scene) {
    const user = args.user ?? senderOf(scene, args.command);
    if (typeof user !== 'string') return [];
    return serversOfUsers(scene).flatMap((node) => [aboutUser(node, user), ...dryRun(node, user, args.command)]);
  },
  plan({ command, user: named }, scene) {
    const user = named ?? senderOf(scene, command);
    if (typeof user !== 'string') return user;
    const nodes = serversOfUsers(scene);
    const odd = unsteadyOf(nodes) ?? neededBy(scene, nodes, user);
    if (odd) return { refused: odd };
    const changed: { node: ReadNode; account: Account }[] = [];
    for (const node of nodes) {
      const account = accountIn(scene.answer(aboutUser(node, user)));
      if (!account || !mayCall(scene, node, user, command)) continue;
      if (account.selectors > 0) {
        return {
          refused: `${user} has selectors on ${node.name}, each of which may allow ${command.toUpperCase()}: change it by hand`,
        };
      }
      if (account.rules.length === 0) return { refused: `${node.name} does not tell the rules of ${user}` };
      changed.push({ node, account });
    }
    if (changed.length === 0)
      return { refused: `${user} is no user who may call ${command.toUpperCase()}, on any server that was read` };
    const setUser = (node: ReadNode, rules: readonly string[]): PlannedCommand => ({
      node: node.name,
      argv: ['ACL', 'SETUSER', user, ...rules],
      applied: [],
    });
    return {
      args: { command, user },
      commands: changed.map(({ node }) => setUser(node, [`-${command}`])),
      // The rules from the first on, as they were: neither password nor keys are touched.
      undo: changed.map(({ node, account }) => setUser(node, account.rules)),
      impact: [
        `User ${user} gets NOPERM for ${command.toUpperCase()} from now on, on ${changed.map(({ node }) => node.name).join(', ')}; all else goes on.`,
        ...whoIs(scene, user),
        'What in the application needs this command fails at once: tell its owner.',
        ...unreadOf(scene.snapshot, nodes).map(
          ({ name }) => `${name} could not be read and keeps the users that it has.`,
        ),
        lasting(scene, changed[0]?.node),
      ],
      risk: 'disruptive',
      watches: changed.flatMap(({ node }) => watch(node)),
    };
  },
});

/** Who sent the command lately, by the connections that still show it; more than one, or none, is for a person to say. */
function senderOf(scene: Scene, command: string): string | Refusal {
  const senders = new Set(
    scene
      .read(clientList)
      .filter(
        ({ cmd, idle, name }) => cmd.split('|')[0] === command && idle <= LATELY && !name.startsWith('redis-medic'),
      )
      .map(({ user }) => user),
  );
  const [only, ...others] = senders;
  if (only === undefined || others.length > 0) {
    const seen = only === undefined ? 'no connection shows who sends it' : `${[only, ...others].join(', ')} send it`;
    return { refused: `say which user: ${seen} (ACL LOG and SLOWLOG may tell)` };
  }
  return UserName.safeParse(only).success
    ? only
    : { refused: 'the user who sends it has a name that must be typed by hand' };
}

/** Whose rights are not taken away by a bot: its own, and those that keep replication and failovers going. */
function neededBy(scene: Scene, nodes: readonly ReadNode[], user: string): string | undefined {
  if (ownUsers(scene.snapshot.target).has(user)) return `redis-medic itself logs in as ${user}`;
  for (const node of nodes) {
    const link = scene
      .read(clientList, node)
      .find((one) => one.user === user && (/[SM]/.test(one.flags) || one.name.startsWith('sentinel-')));
    if (link)
      return `${user} is also whom replicas or Sentinels log in as on ${node.name}: give them a user of their own first`;
  }
  return undefined;
}

function dryRun(node: ReadNode, user: string, command: string): Question[] {
  if (!atLeast(node.identity.version, '7.0')) return [];
  return [{ node: node.name, command: ['ACL', 'DRYRUN', user, command, ...(DENIABLE[command] ?? [])] }];
}

/** Before 7.0 it cannot be tried, so that the rule may say what holds already. */
function mayCall(scene: Scene, node: ReadNode, user: string, command: string): boolean {
  return dryRun(node, user, command).every((question) => {
    const reply = scene.answer(question);
    // It may lack the key or the right beside the command; only what names the command counts.
    return typeof reply !== 'string' || !/no permissions to run/i.test(reply);
  });
}

function whoIs(scene: Scene, user: string): string[] {
  const all = scene.read(clientList);
  const theirs = all.filter((client) => client.user === user);
  const programs = [...new Set(theirs.map(({ addr, name }) => describeProgram(addr, name, all)))];
  if (theirs.length === 0) return [`Nobody is logged in as ${user} on ${scene.node.name} now.`];
  const more = programs.length > 3 ? ` and ${programs.length - 3} more` : '';
  return [`${theirs.length} connections are logged in as ${user}: ${programs.slice(0, 3).join(', ')}${more}.`];
}

function lasting(scene: Scene, node: ReadNode | undefined): string {
  const file = node && scene.read(security, node).aclfile;
  return file
    ? 'Runtime only: lost at a restart unless the users are saved to the ACL file (playbook save-users).'
    : 'Runtime only: lost at a restart unless it is written to the configuration as well (CONFIG REWRITE).';
}
