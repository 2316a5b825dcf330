import { ConnectionLost } from '../../domain/connection-lost.ts';
import { connectionName } from '../../domain/target.ts';
import type { Clock, Opened, ReadOnlySession, Servers } from '../ports.ts';

/** Servers whose connections outlive the one look that needs them. */
interface KeptSessions extends Servers {
  /** Closes what was not asked for since the last call. */
  prune(): void;
  close(): void;
}

interface Refusal {
  refused: Exclude<Opened<ReadOnlySession>, { kind: 'open' }>;
  /** Epoch ms before which it is not tried again. */
  until: number;
  afterMs: number;
}

/** After the first failure a server is tried again at the next look, then ever more rarely: waiting for it costs time. */
const FIRST_MS = 5_000;
const LONGEST_MS = 60_000;

/** Keeps the connections to the servers of one target open between two looks; one that cannot be had is not tried each time. */
export function keepSessions(servers: Servers, clock: Clock): KeptSessions {
  const kept = new Map<string, ReadOnlySession>();
  const refusals = new Map<string, Refusal>();
  const wanted = new Set<string>();

  function keep(name: string, session: ReadOnlySession): Opened<ReadOnlySession> {
    kept.set(name, session);
    return {
      kind: 'open',
      session: {
        ...session,
        // The look is over, the connection is not.
        close: () => undefined,
        async ask(commands) {
          try {
            return await session.ask(commands);
          } catch (error) {
            if (error instanceof ConnectionLost) drop(name, session);
            throw error;
          }
        },
      },
    };
  }

  function drop(name: string, session: ReadOnlySession): void {
    if (kept.get(name) === session) kept.delete(name);
    session.close();
  }

  return {
    ...servers,

    async read(address, target) {
      const name = connectionName(address, target);
      wanted.add(name);
      const known = kept.get(name);
      if (known?.isOpen()) return keep(name, known);
      if (known) drop(name, known);
      const refusal = refusals.get(name);
      if (refusal && clock.now() < refusal.until) return refusal.refused;
      const opened = await servers.read(address, target);
      if (opened.kind === 'open') {
        refusals.delete(name);
        return keep(name, opened.session);
      }
      const afterMs = refusal ? Math.min(LONGEST_MS, refusal.afterMs * 2) : FIRST_MS;
      refusals.set(name, { refused: opened, until: clock.now() + afterMs, afterMs });
      return opened;
    },

    prune() {
      for (const [name, session] of kept) if (!wanted.has(name)) drop(name, session);
      for (const name of refusals.keys()) if (!wanted.has(name)) refusals.delete(name);
      wanted.clear();
    },

    close() {
      for (const session of kept.values()) session.close();
      kept.clear();
    },
  };
}
