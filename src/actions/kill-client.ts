import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { chosenClients, closeCommands, pin, pinnedClients, whoIs } from '../domain/closing-clients.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import { bytes, duration } from '../domain/units.ts';
import clientList, { type Client } from '../probes/client-list.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** One approval never takes more connections than a person can look through. */
const MOST = 5;
/** Connections that hold less are not worth an interruption. */
const WORTH = 10 * 1024 * 1024;

/** Closes the connections that hold the most memory, or those that watch every command with MONITOR. */
export default defineAction({
  args: z.strictObject({
    which: z.enum(['memory', 'monitor']).default('memory'),
    /** The connections as they were seen; the largest, or those that watch, when absent. */
    clients: pinnedClients(MOST),
  }),
  needs: [clientList, replication, server],
  sends: [['CLIENT', 'KILL']],
  risks: ['disruptive'],
  plan({ which, clients: pinned }, scene) {
    const { node } = scene;
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    const named = chosenClients(scene.read(clientList), pinned, which === 'memory' ? largest : watching);
    if ('refused' in named) return named;
    if (named.length === 0) {
      const what = which === 'memory' ? `holds more than ${bytes(WORTH)}` : 'watches with MONITOR';
      return { refused: `no connection of an application ${what} on ${node.name}` };
    }
    return {
      args: { which, clients: pinned ?? pin(named) },
      commands: closeCommands(node.name, named),
      undo: 'A closed connection cannot be opened from here; applications usually connect again by themselves.',
      impact: [...named.map(describe), ...(which === 'memory' ? ofMemory(named) : OF_MONITOR)],
      risk: 'disruptive',
      watches: watch(node),
    };
  },
});

function largest(closable: readonly Client[]): Client[] {
  return closable
    .filter((client) => held(client) >= WORTH)
    .toSorted((one, other) => held(other) - held(one))
    .slice(0, MOST);
}

function watching(closable: readonly Client[]): Client[] {
  return closable.filter(({ flags }) => flags.includes('O')).slice(0, MOST);
}

function ofMemory(named: readonly Client[]): string[] {
  return [
    `About ${bytes(named.reduce((sum, client) => sum + held(client), 0))} is freed; replies that were not read yet are lost to these clients.`,
    'What asked for so much will ask again after it reconnects: mend it, or limit normal clients with client-output-buffer-limit.',
  ];
}

const OF_MONITOR = [
  'Whoever watches sees the end of the output and nothing else; no application is disconnected.',
  'Tell its owner: a tool or a script that runs MONITOR may start it again.',
];

function held({ omem, totalMemory }: Client): number {
  return Math.max(omem, totalMemory ?? 0);
}

function describe(client: Client): string {
  const { age, omem, cmd } = client;
  return `${whoIs(client)}, connected for ${duration(age)}, last command ${cmd || 'none'}, is disconnected: it holds ${bytes(held(client))}, ${bytes(omem)} of it unread replies.`;
}
