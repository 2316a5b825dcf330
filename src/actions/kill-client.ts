import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { describeCaller } from '../domain/caller.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import { bytes, duration } from '../domain/units.ts';
import clientList, { type Client } from '../probes/client-list.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** One approval never takes more connections than a person can look through. */
const MOST = 5;
/** Connections that hold less are not worth an interruption. */
const WORTH = 10 * 1024 * 1024;
const OURSELVES = 'redis-medic';

/** Closes the connections that hold the most memory, each by its id, which a server never gives out twice. */
export default defineAction({
  args: z.strictObject({
    /** The connections as they were seen; the largest when absent. */
    clients: z
      .array(z.strictObject({ id: z.number().int(), addr: z.string(), age: z.number().int() }))
      .min(1)
      .max(MOST)
      .optional(),
  }),
  needs: [clientList, replication, server],
  sends: [['CLIENT', 'KILL']],
  plan({ clients: pinned }, scene) {
    const { node } = scene;
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    const all = scene.read(clientList);
    const chosen = pinned ? pinned.map((one) => all.find((client) => client.id === one.id)) : largest(all);
    const named: Client[] = [];
    for (const [at, client] of chosen.entries()) {
      const seen = pinned?.[at];
      if (client === undefined || (seen && (client.addr !== seen.addr || client.age < seen.age))) {
        return { refused: `client ${seen?.id} is no longer the connection that was seen` };
      }
      const spared = sparedBecause(client);
      if (spared) return { refused: `client ${client.id} is ${spared}` };
      named.push(client);
    }
    if (named.length === 0) {
      return { refused: `no connection of an application holds more than ${bytes(WORTH)} on ${node.name}` };
    }
    return {
      args: { clients: pinned ?? named.map(({ id, addr, age }) => ({ id, addr, age })) },
      commands: named.map((client) => ({
        node: node.name,
        argv: ['CLIENT', 'KILL', 'ID', String(client.id)],
        applied: [],
      })),
      undo: 'A closed connection cannot be opened from here; applications usually connect again by themselves.',
      impact: [
        ...named.map(describe),
        `About ${bytes(named.reduce((sum, client) => sum + held(client), 0))} is freed; replies that were not read yet are lost to these clients.`,
        'What asked for so much will ask again after it reconnects: mend it, or limit normal clients with client-output-buffer-limit.',
      ],
      risk: 'disruptive',
      watches: watch(node),
    };
  },
});

function largest(all: readonly Client[]): Client[] {
  return all
    .filter((client) => sparedBecause(client) === undefined && held(client) >= WORTH)
    .toSorted((one, other) => held(other) - held(one))
    .slice(0, MOST);
}

/** The links between servers, their Sentinels and ourselves are never closed. */
function sparedBecause({ flags, name }: Client): string | undefined {
  if (flags.includes('M')) return 'the link to the primary';
  if (flags.includes('S')) return 'the link of a replica';
  if (name.startsWith(OURSELVES)) return 'redis-medic itself';
  if (/^sentinel-[0-9a-f]+-/.test(name)) return 'a Sentinel';
  return undefined;
}

function held({ omem, totalMemory }: Client): number {
  return Math.max(omem, totalMemory ?? 0);
}

function describe(client: Client): string {
  const { id, addr, name, age, omem, cmd } = client;
  return `Client ${id}, ${describeCaller(addr, name)}, connected for ${duration(age)}, last command ${cmd || 'none'}, is disconnected: it holds ${bytes(held(client))}, ${bytes(omem)} of it unread replies.`;
}
