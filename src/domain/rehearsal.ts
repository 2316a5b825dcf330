import { z } from 'zod';
import { parseSize } from './quantity.ts';
import { PURPOSES } from './target.ts';

const Word = z.union([z.string(), z.number()]).transform(String);

const Name = z.string().regex(/^[a-z][a-z0-9-]{0,20}$/, 'expected a name of small letters, digits and -');

const Size = z.union([z.number(), z.string()]).transform((written, context) => {
  const size = parseSize(String(written));
  if (size !== undefined && size > 0) return size;
  context.addIssue({ code: 'custom', message: 'expected a size such as 512mb' });
  return z.NEVER;
});

const Seconds = z.number().int().positive().max(120);

/** Connections that last as long as the rehearsal: idle ones, or such as work. */
const RehearsedClients = z.strictObject({
  count: z.number().int().positive().max(500).default(1),
  /** As CLIENT LIST shows them. */
  name: Name.optional(),
  /** Sent by each of them once; what is answered does not matter. */
  commands: z.array(z.array(Word).min(1)).default([]),
  /** Sent by each of them over and over; {n} counts up. */
  repeat: z.array(z.array(Word).min(1)).default([]),
  every_ms: z.number().int().min(5).max(10_000).default(100),
  /** `false`: they never read an answer. */
  reads: z.boolean().default(true),
});
export type RehearsedClients = z.infer<typeof RehearsedClients>;

/** A server that is started for the rehearsal and gone after it. */
const RehearsedServer = z.strictObject({
  /** `server-1`, `server-2` … when absent. In commands {name.host}, {name.port} and {name.dir} stand for where it is. */
  name: Name.optional(),
  /** Parameters that it starts with: `maxmemory: 20mb`. */
  config: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), Word).default({}),
  /** The name of a server above, or `first`. */
  replica_of: z.string().optional(),
  /** As many keys of this many bytes each; `until_refused` ends at the first that is not taken. */
  fill: z
    .strictObject({
      keys: z.number().int().positive().max(1_000_000),
      bytes: Size,
      until_refused: z.boolean().default(false),
    })
    .optional(),
  /** Sent one after the other when all servers are up, replicas in step and filled; an error reply is a mistake. */
  commands: z.array(z.array(Word).min(1)).default([]),
  /** The same, but errors are what they are for: `- [SET, k, v]` on a server that refuses writes. */
  provoke: z.array(z.array(Word).min(1)).default([]),
  /** They connect when all of that is done. */
  clients: z.array(RehearsedClients).default([]),
});
export type RehearsedServer = z.infer<typeof RehearsedServer>;

/** Commands for one of the servers, the first when `on` is absent; an error reply is a mistake. */
const Deed = z.strictObject({ on: z.string().optional(), commands: z.array(z.array(Word).min(1)).min(1) });
export type Deed = z.infer<typeof Deed>;

/** How a playbook is tried: servers of our own in the state that it is for, and what must come of it. */
export const Rehearsal = z.strictObject({
  servers: z.array(RehearsedServer).min(1).max(6),
  /** The oldest engines that can show it: `redis@7.0`; on others the rehearsal is left out. */
  engines: z
    .array(z.string().regex(/^(redis|valkey)@\d+\.\d+$/, 'expected redis@7.0 or valkey@8.0'))
    .min(1)
    .optional(),
  /** What medic.yml would say of the target. */
  target: z
    .strictObject({
      purpose: z.enum(PURPOSES).optional(),
      memory_limit: Size.optional(),
      thresholds: z.record(z.string(), z.record(z.string(), z.number())).default({}),
    })
    .default({ thresholds: {} }),
  /** The server whose state is judged below: its name; the first when absent. */
  node: z.string().optional(),
  /** What must be so before it is diagnosed: a guard, such as replication.master_link_status == "down". */
  ready: z.strictObject({ until: z.string().min(1), timeout_s: Seconds }).optional(),
  /** What the person does in each manual step, in order. */
  by_hand: z.array(Deed).default([]),
  /** What happens between the run and its undo, such as keys that go. */
  before_undo: z.array(Deed).default([]),
  /** Values of parameters, over their defaults; {name.host} and so on stand for the servers. */
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  expect: z
    .strictObject({
      /** The rule that must find it; the first of `when` when absent. */
      finding: z.string().optional(),
      /** In place of a plan: part of the reason why it must not be offered. */
      refused: z.string().min(3).optional(),
      /** Whether the run must end as verified. */
      verified: z.boolean().default(true),
      /** Whether what was done is taken back afterwards, where there is a way back, and the state must be as before. */
      undo: z.boolean().default(true),
    })
    .default({ verified: true, undo: true }),
});
export type Rehearsal = z.infer<typeof Rehearsal>;

/** Where a server of the rehearsal is, as a word of a command names it: {primary.port}. */
export const PLACE = /\{([a-z][a-z0-9-]*)\.(host|port|dir)\}/;

/** A word with the places of the servers in it. */
export function wordWith(
  word: string,
  places: ReadonlyMap<string, { host: string; port: number; dir: string }>,
): string {
  return word.replace(new RegExp(PLACE, 'g'), (all, name: string, what: 'host' | 'port' | 'dir') =>
    String(places.get(name)?.[what] ?? all),
  );
}

/** The names of the servers, in order. */
export function serverNames({ servers }: Pick<Rehearsal, 'servers'>): string[] {
  return servers.map(({ name }, at) => name ?? `server-${at + 1}`);
}
