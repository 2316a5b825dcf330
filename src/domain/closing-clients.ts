import { z } from 'zod';
import type { PlannedCommand, Refusal } from './action.ts';
import { describeCaller } from './caller.ts';

/** A connection as CLIENT LIST tells it. */
export interface Connection {
  id: number;
  addr: string;
  name: string;
  /** Seconds connected. */
  age: number;
  flags: string;
}

const OURSELVES = 'redis-medic';

/** The connections as they were seen when the plan was made. */
export function pinnedClients(most: number) {
  return z
    .array(z.strictObject({ id: z.number().int(), addr: z.string(), age: z.number().int() }))
    .min(1)
    .max(most)
    .optional();
}

type Pinned = z.infer<ReturnType<typeof pinnedClients>>;

export function pin(clients: readonly Connection[]): NonNullable<Pinned> {
  return clients.map(({ id, addr, age }) => ({ id, addr, age }));
}

/** The links between servers, their Sentinels and ourselves are never closed; why not. */
export function sparedBecause({ flags, name }: Pick<Connection, 'flags' | 'name'>): string | undefined {
  if (flags.includes('M')) return 'the link to the primary';
  if (flags.includes('S')) return 'the link of a replica';
  if (name.startsWith(OURSELVES)) return 'redis-medic itself';
  if (/^sentinel-[0-9a-f]+-/.test(name)) return 'a Sentinel';
  return undefined;
}

/** The connections that were pinned, each still the one that was seen; else those that are chosen now. */
export function chosenClients<C extends Connection>(
  all: readonly C[],
  pinned: Pinned,
  choose: (closable: readonly C[]) => readonly C[],
): readonly C[] | Refusal {
  if (!pinned) return choose(all.filter((client) => sparedBecause(client) === undefined));
  const named: C[] = [];
  for (const { id, addr, age } of pinned) {
    const client = all.find((one) => one.id === id);
    if (client?.addr !== addr || client.age < age) {
      return { refused: `client ${id} is no longer the connection that was seen` };
    }
    const spared = sparedBecause(client);
    if (spared) return { refused: `client ${id} is ${spared}` };
    named.push(client);
  }
  return named;
}

/** Each by its id, which a server never gives out twice. */
export function closeCommands(node: string, clients: readonly Connection[]): PlannedCommand[] {
  return clients.map(({ id }) => ({ node, argv: ['CLIENT', 'KILL', 'ID', String(id)], applied: [] }));
}

export function whoIs({ id, addr, name }: Connection): string {
  return `Client ${id}, ${describeCaller(addr, name)}`;
}
