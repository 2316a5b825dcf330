import type { Command } from '../../src/domain/command.ts';
import { ConnectionLost } from '../../src/domain/connection-lost.ts';
import { nodeName } from '../../src/domain/target.ts';
import type { Carrier, Deeds, Hosts, HostWriter, Opened, Ports, Servers } from '../../src/flow/ports.ts';

/** A command as it went to a server, or was about to. */
export interface Shot {
  node: string;
  argv: Command;
}

/** How it goes on at a boundary: `die` means that it is never left, `cut` that the network is. */
export type Fate = 'on' | 'die' | 'cut';

/** What happens beside the flow at its boundaries. */
export interface Boundaries {
  /** After a commit, the n-th since the run was begun. */
  committed(count: number): 'on' | 'die';
  /** Before the n-th command is sent. */
  sending(count: number): Promise<Fate>;
  /** When it has been answered. */
  sent(count: number): Promise<Fate>;
  /** The same for what a deed sends about keys that it carries, parcel by parcel. */
  carrying(count: number): Promise<Fate>;
  carried(count: number): Promise<Fate>;
}

export interface MortalPorts extends Ports {
  /** Boundaries count from here. */
  arm(): void;
  /** Resolves when it has died, for ever silent. */
  dead: Promise<void>;
  /** What it has really sent to servers, in order. */
  shots: Shot[];
}

/**
 * Ports of a process that can die at a boundary: from then on nothing that it does leaves it, as after SIGKILL. Its
 * connections are closed, and what it would do next waits for ever. `deedsOn`: what it does itself, over its servers and machines.
 */
export function mortal(
  ports: Ports,
  boundaries: Boundaries,
  deedsOn: (servers: Servers, hosts: Hosts) => Deeds,
): MortalPorts {
  let [armed, alive] = [false, true];
  let [commits, sends, carries] = [0, 0, 0];
  let die = () => {};
  const dead = new Promise<void>((resolve) => (die = resolve));
  const open = new Set<{ close(): void }>();
  const shots: Shot[] = [];
  const forEver = () => new Promise<never>(() => {});
  const end = () => {
    alive = false;
    for (const session of open) session.close();
    die();
    return forEver();
  };
  const { store, servers, hosts } = ports;
  /** A connection for commands whose every command is a boundary. */
  const struck = <Session extends HostWriter>(opened: Opened<Session>, node: string): Opened<HostWriter> => {
    if (opened.kind === 'refused') return opened;
    const { session } = opened;
    open.add(session);
    const send: HostWriter['send'] = async (argv, input) => {
      if (!alive) return forEver();
      sends += 1;
      const count = sends;
      const before = armed ? await boundaries.sending(count) : 'on';
      if (before === 'die') return end();
      if (before === 'cut') return { kind: 'not-sent', why: 'the network was cut' };
      const sent = await session.send(argv, input);
      if (sent.kind !== 'not-sent') shots.push({ node, argv });
      if (!alive) return forEver();
      const after = armed ? await boundaries.sent(count) : 'on';
      if (after === 'die') return end();
      return after === 'on' ? sent : { kind: 'unknown', why: 'the network was cut' };
    };
    return { kind: 'open', session: { send, close: () => session.close() } };
  };
  const write: Servers['write'] = async (address, whose, db) =>
    alive ? struck(await servers.write(address, whose, db), nodeName(address)) : forEver();
  const carry: Servers['carry'] = async (address, whose) => {
    if (!alive) return forEver();
    const opened = await servers.carry(address, whose);
    if (opened.kind === 'refused') return opened;
    const { session } = opened;
    open.add(session);
    const meet = async (fate: Promise<Fate>) => {
      const met = armed ? await fate : 'on';
      if (met === 'die') return end();
      if (met === 'cut') throw new ConnectionLost('unreachable', 'the network was cut');
      return undefined;
    };
    const send: Carrier['send'] = async (commands) => {
      if (!alive) return forEver();
      carries += 1;
      const count = carries;
      await meet(boundaries.carrying(count));
      const answer = await session.send(commands);
      if (!alive) return forEver();
      await meet(boundaries.carried(count));
      return answer;
    };
    return { kind: 'open', session: { send, close: () => session.close() } };
  };
  const mortalServers: Servers = {
    read: (address, whose) => (alive ? servers.read(address, whose) : forEver()),
    readKeys: (address, whose) => servers.readKeys(address, whose),
    inspect: (address, whose) => servers.inspect(address, whose),
    carry,
    write,
  };
  const mortalHosts: Hosts = {
    open: (access, address) => (alive ? hosts.open(access, address) : forEver()),
    // There is one server on a machine here.
    write: async (access, address) =>
      alive ? struck(await hosts.write(access, address), nodesOf(ports)[0] ?? address) : forEver(),
  };
  return {
    ...ports,
    hosts: mortalHosts,
    deeds: new Map(
      [...deedsOn(mortalServers, mortalHosts)].map(([name, deed]) => [name, dying(deed, open, () => alive)]),
    ),
    store: {
      close: () => store.close(),
      async transaction(work) {
        if (!alive) return forEver();
        const result = await store.transaction(work);
        if (!alive) return forEver();
        if (!armed) return result;
        commits += 1;
        return boundaries.committed(commits) === 'die' ? end() : result;
      },
    },
    servers: mortalServers,
    arm: () => {
      armed = true;
    },
    dead,
    shots,
  };
}

function nodesOf({ targets }: Ports): string[] {
  return [...targets.values()].flatMap(({ seeds }) => seeds.map(nodeName));
}

type Deed = NonNullable<ReturnType<Deeds['get']>>;

/** A deed whose leftovers end with the process, and that answers nobody then. */
function dying(deed: Deed, open: Set<{ close(): void }>, isAlive: () => boolean): Deed {
  return async (argv, context) => {
    const atEnd: typeof context.atEnd = (close) => {
      open.add({ close: () => void close().catch(() => undefined) });
      context.atEnd(close);
    };
    const sent = await deed(argv, { ...context, progress: (text) => context.progress(text), atEnd });
    return isAlive() ? sent : new Promise<never>(() => {});
  };
}
