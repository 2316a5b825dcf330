import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { describeProgram } from '../domain/caller.ts';
import { chosenClients, closeCommands, pin, pinnedClients } from '../domain/closing-clients.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import { bytes, duration } from '../domain/units.ts';
import clientList, { type Client } from '../probes/client-list.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** More are for a timeout, not for one approval. */
const MOST = 50;

/** Programs that are named one by one; the rest are counted. */
const NAMED = 5;

/** Closes the connections that have not sent a command for longest, each by its id. */
export default defineAction({
  args: z.strictObject({
    /** Idle for at least so long, seconds. */
    seconds: z
      .number()
      .int()
      .min(600)
      .max(30 * 86_400)
      .default(3600),
    /** At most so many. */
    count: z.number().int().min(1).max(MOST).default(20),
    /** The connections as they were seen; the longest idle when absent. */
    clients: pinnedClients(MOST),
  }),
  needs: [clientList, replication, server],
  sends: [['CLIENT', 'KILL']],
  risks: ['disruptive'],
  plan({ seconds, count, clients: pinned }, scene) {
    const { node } = scene;
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    const all = scene.read(clientList);
    const idle = (closable: readonly Client[]) =>
      closable.filter((client) => isAtRest(client) && client.idle >= seconds);
    const longest = (closable: readonly Client[]) =>
      idle(closable)
        .toSorted((one, other) => other.idle - one.idle)
        .slice(0, count);
    const named = chosenClients(all, pinned, longest);
    if ('refused' in named) return named;
    const awake = named.find((client) => !isAtRest(client) || client.idle < seconds);
    if (awake) return { refused: `client ${awake.id} has worked again since it was seen` };
    if (named.length === 0) {
      return { refused: `no connection of an application on ${node.name} has been idle for ${duration(seconds)}` };
    }
    const left = idle(all).length - named.length;
    return {
      args: { seconds, count, clients: pinned ?? pin(named) },
      commands: closeCommands(node.name, named),
      undo: 'A closed connection cannot be opened from here; applications open another one when they need it.',
      impact: [
        `${named.length} connections that have been idle for ${duration(Math.min(...named.map((client) => client.idle)))} or more are closed, with ${bytes(named.reduce((sum, client) => sum + (client.totalMemory ?? 0), 0))} of memory.`,
        ...owners(named, all),
        'A pool that does not test a connection before it uses it sees one error for each of them.',
        ...(left > 0 ? [`${left} more are as idle and stay: a program leaks them, or timeout is 0.`] : []),
      ],
      risk: 'disruptive',
      watches: watch(node),
    };
  },
});

/** Waiting is what subscribers, blocked workers, MONITOR, transactions and cached reads (CLIENT TRACKING) do. */
function isAtRest({ flags }: Client): boolean {
  return !/[PbOxtd]/.test(flags);
}

function owners(named: readonly Client[], all: readonly Client[]): string[] {
  const programs = [...Map.groupBy(named, ({ addr, name }) => describeProgram(addr, name, all))].toSorted(
    ([, one], [, other]) => other.length - one.length,
  );
  const rest = programs.slice(NAMED).reduce((sum, [, clients]) => sum + clients.length, 0);
  return [
    ...programs.slice(0, NAMED).map(([program, clients]) => `${clients.length} of them belong to ${program}.`),
    ...(rest > 0 ? [`${rest} belong to others.`] : []),
  ];
}
