import { sendTo } from '../../demo/redis-server.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { type Address, nodeName } from '../../src/domain/target.ts';

/** Everything of a server that an undo must put back: its settings, its place in the group, and its keys. */
export interface ServerState {
  config: Readonly<Record<string, string>>;
  /** `master`, or whom it follows. */
  role: string;
  /** A digest over all data; absent where somebody writes meanwhile. */
  data?: string;
}

/** The state of each server that answers, by name. `quiet`: nobody writes, so that the data must be as before too. */
export async function stateOf(
  servers: readonly Address[],
  {
    username,
    password,
    quiet = false,
  }: { username?: string | undefined; password?: string | undefined; quiet?: boolean } = {},
): Promise<Record<string, ServerState>> {
  const states = await Promise.all(
    servers.map(async (server) => {
      const ask = (...words: [string, ...string[]]) => sendTo({ ...server, user: username, auth: password }, words);
      const settings = await ask('CONFIG', 'GET', '*').catch(() => undefined);
      if (!Array.isArray(settings)) return [];
      const info = parseInfo(textReply(await ask('INFO', 'replication')));
      const role =
        info.text('role') === 'slave' ? `follows ${info.text('master_host')}:${info.text('master_port')}` : 'master';
      const state: ServerState = { config: pairs(settings.map(String)), role };
      const digest = quiet ? await ask('DEBUG', 'DIGEST') : undefined;
      if (typeof digest === 'string') state.data = digest;
      return [[nodeName(server), state] as const];
    }),
  );
  return Object.fromEntries(states.flat());
}

function pairs(words: readonly string[]): Record<string, string> {
  const known: Record<string, string> = {};
  for (let at = 0; at + 1 < words.length; at += 2) known[words[at] ?? ''] = words[at + 1] ?? '';
  return known;
}

/** `maxmemory of host:port was 1, is 2`, one for each difference. */
export function differences(
  before: Readonly<Record<string, ServerState>>,
  after: Readonly<Record<string, ServerState>>,
): string[] {
  const flat = (states: typeof before) =>
    new Map(
      Object.entries(states).flatMap(([node, { config, role, data }]) => [
        [`role of ${node}`, role] as const,
        [`data of ${node}`, data] as const,
        ...Object.entries(config).map(([name, value]) => [`${name} of ${node}`, value] as const),
      ]),
    );
  const [was, is] = [flat(before), flat(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((what) => was.get(what) !== is.get(what))
    .map((what) => `${what} was ${was.get(what)}, is ${is.get(what)}`);
}
