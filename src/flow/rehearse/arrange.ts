import { type Command, ReplyError } from '../../domain/command.ts';
import { type RehearsedServer, wordWith } from '../../domain/rehearsal.ts';
import type { Target } from '../../domain/target.ts';
import type { Clock, Servers } from '../ports.ts';
import { type Hand, handOn, RehearsalFailed, type Stage, type StageServer } from './stage.ts';

/** Between two looks whether something has come about, in ms. */
const EVERY_MS = 100;
/** How long replicas may take to follow, in ms. */
const FOLLOW_MS = 20_000;
/** Keys that are on their way at a time. */
const AT_ONCE = 100;

/** Brings the servers of a stage into the state that the rehearsal describes. */
export async function arrange(stage: Stage, servers: Servers, target: Target, clock: Clock): Promise<void> {
  const hands = new Map<string, Hand>();
  try {
    for (const server of stage.servers) hands.set(server.name, await handOn(servers, server, target));
    for (const server of stage.servers) {
      if (server.asked.replica_of !== undefined) await follows(handOf(hands, server), server, clock);
    }
    for (const server of stage.servers) await fill(handOf(hands, server), server);
    for (const server of stage.servers) await command(handOf(hands, server), server.asked, stage);
    for (const server of stage.servers) await connect(server, stage);
  } finally {
    for (const hand of hands.values()) hand.close();
  }
}

function handOf(hands: ReadonlyMap<string, Hand>, { name }: StageServer): Hand {
  const hand = hands.get(name);
  if (!hand) throw new Error(`no connection to ${name}`);
  return hand;
}

async function follows(hand: Hand, { name }: StageServer, clock: Clock): Promise<void> {
  for (const until = clock.now() + FOLLOW_MS; clock.now() < until; await clock.sleep(EVERY_MS)) {
    const role = await hand.send(['ROLE']);
    if (Array.isArray(role) && role[0] === 'slave' && role[3] === 'connected') return;
  }
  throw new RehearsalFailed(`${name} did not follow its primary within ${FOLLOW_MS / 1000} s`);
}

async function fill(hand: Hand, { asked, name }: StageServer): Promise<void> {
  if (!asked.fill) return;
  const { keys, bytes, until_refused: untilRefused } = asked.fill;
  const value = 'x'.repeat(bytes);
  for (let at = 0; at < keys; at += AT_ONCE) {
    const many = Math.min(AT_ONCE, keys - at);
    const replies = await Promise.all(
      Array.from({ length: many }, (_, more) => hand.send(['SET', `rehearsal:${at + more}`, value])),
    );
    const refused = replies.find((reply) => reply instanceof ReplyError);
    if (refused && untilRefused) return;
    if (refused) throw new RehearsalFailed(`${name} refused a key while it was filled: ${refused.message}`);
  }
  if (untilRefused) throw new RehearsalFailed(`${name} took all ${keys} keys, although it should refuse one of them`);
}

async function command(hand: Hand, { commands, provoke }: RehearsedServer, stage: Stage): Promise<void> {
  for (const words of commands) await hand.must(filled(words, stage));
  for (const words of provoke) await hand.send(filled(words, stage));
}

async function connect(server: StageServer, stage: Stage): Promise<void> {
  const placed = (all: readonly (readonly string[])[]) => all.map((words) => [...filled(words, stage)]);
  for (const clients of server.asked.clients) {
    const { commands, repeat } = clients;
    await stage.connect(server, { ...clients, commands: placed(commands), repeat: placed(repeat) });
  }
}

/** A command of the rehearsal with the places of the servers in it. */
export function filled(words: readonly string[], { servers }: Stage): Command {
  const places = new Map(servers.map((server) => [server.name, server]));
  const [head = '', ...rest] = words.map((word) => wordWith(word, places));
  return [head, ...rest];
}

/** What people can set of each server, and whom it follows: what an undo must bring back. */
export async function stateOf(stage: Stage, servers: Servers, target: Target): Promise<Map<string, string>> {
  const state = new Map<string, string>();
  for (const server of stage.servers) {
    const hand = await handOn(servers, server, target);
    try {
      const config = (await hand.must(['CONFIG', 'GET', '*'])) as readonly string[];
      for (let at = 0; at + 1 < config.length; at += 2)
        state.set(`${server.name}: ${config[at]}`, config[at + 1] ?? '');
      const [role = '', host, port] = (await hand.must(['ROLE'])) as readonly string[];
      state.set(`${server.name}: role`, role);
      if (role === 'slave') state.set(`${server.name}: follows`, `${host}:${port}`);
    } finally {
      hand.close();
    }
  }
  return state;
}

/** `primary: maxmemory is 2, was 1`, one a difference. */
export function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => before.get(key) !== after.get(key))
    .map((key) => `${key} is ${after.get(key) ?? 'gone'}, was ${before.get(key) ?? 'not there'}`);
}
