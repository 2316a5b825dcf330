import type { Command } from '../../src/domain/command.ts';
import type { Address, Target } from '../../src/domain/target.ts';
import { nodeName } from '../../src/domain/target.ts';
import type { Ports, Sent, Writer } from '../../src/flow/ports.ts';

/** A command as it went to a server, or was about to. */
export interface Shot {
  node: string;
  argv: Command;
}

/** What happens beside the flow at its boundaries; a boundary that is told to be the last one is never left. */
export interface Boundaries {
  /** After a commit, the n-th since the run was begun. */
  committed(count: number): 'on' | 'die';
  /** Before the n-th command is sent; what it gives is the answer in place of the server's. */
  sending(count: number, shot: Shot): Promise<'on' | 'die' | Sent>;
  /** When it has been answered. */
  sent(count: number, shot: Shot): Promise<'on' | 'die' | Sent>;
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
 * connections are closed, and what it would do next waits for ever.
 */
export function mortal(ports: Ports, boundaries: Boundaries): MortalPorts {
  let [armed, alive] = [false, true];
  let [commits, sends] = [0, 0];
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
  const { store, servers } = ports;
  const write = async (address: Address, whose: Target, db?: number) => {
    if (!alive) return forEver();
    const opened = await servers.write(address, whose, db);
    if (opened.kind === 'refused') return opened;
    const { session } = opened;
    open.add(session);
    const send = async (argv: Command): Promise<Sent> => {
      if (!alive) return forEver();
      const shot = { node: nodeName(address), argv };
      sends += 1;
      const count = sends;
      const before = armed ? await boundaries.sending(count, shot) : 'on';
      if (before === 'die') return end();
      if (before !== 'on') return before;
      const sent = await session.send(argv);
      if (sent.kind !== 'not-sent') shots.push(shot);
      if (!alive) return forEver();
      const after = armed ? await boundaries.sent(count, shot) : 'on';
      if (after === 'die') return end();
      return after === 'on' ? sent : after;
    };
    const writer: Writer = { send, close: () => session.close() };
    return { kind: 'open' as const, session: writer };
  };
  return {
    ...ports,
    deeds: new Map([...ports.deeds].map(([name, deed]) => [name, dying(deed, open, () => alive)])),
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
    servers: {
      read: (address, whose) => (alive ? servers.read(address, whose) : forEver()),
      readKeys: (address, whose) => servers.readKeys(address, whose),
      inspect: (address, whose) => servers.inspect(address, whose),
      carry: (address, whose) => (alive ? servers.carry(address, whose) : forEver()),
      write,
    },
    arm: () => {
      armed = true;
    },
    dead,
    shots,
  };
}

type Deed = NonNullable<ReturnType<Ports['deeds']['get']>>;

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
