import { defineFigure } from '../domain/readiness.ts';
import clientList from '../probes/client-list.ts';

/** Connections that sent something within this many seconds are at work. */
const BUSY_SECONDS = 2;
/** Room for bursts over what was seen at work. */
const ROOM = 2;

/** How many connections a pool needs, from how many of each application are at work: the rest only costs memory. */
export default defineFigure({
  needs: { clientList },
  tell({ clientList: { now } }) {
    const ours = (name: string) => name === 'redis-medic';
    const normal = now.filter(({ flags, name }) => flags === 'N' && !ours(name));
    if (normal.length === 0) return { said: 'no application is connected' };
    const busy = normal.filter(({ idle }) => idle <= BUSY_SECONDS).length;
    const hosts = new Set(normal.map(({ addr }) => addr.replace(/:\d+$/, ''))).size;
    const each = Math.max(1, Math.ceil((busy * ROOM) / Math.max(1, hosts)));
    return {
      said: `${normal.length} connections from ${hosts} ${hosts === 1 ? 'host' : 'hosts'}, ${busy} at work: a pool of about ${each} for each host is enough`,
    };
  },
});
