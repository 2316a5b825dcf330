import type { Servers } from '../../src/flow/ports.ts';

/** Servers that note each round trip: the node and how many commands it carried. */
export function counting(servers: Servers): Servers & { trips: string[]; opened: string[] } {
  const trips: string[] = [];
  const opened: string[] = [];
  return {
    trips,
    opened,
    ...servers,
    async read(address, target) {
      opened.push(String(address.port));
      const answer = await servers.read(address, target);
      if (answer.kind === 'refused') return answer;
      const { session } = answer;
      const ask: typeof session.ask = (commands) => {
        trips.push(`${address.port} ${commands.length}`);
        return session.ask(commands);
      };
      return { kind: 'open', session: { ...session, ask } };
    },
  };
}
