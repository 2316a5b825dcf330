import { defineFigure } from '../domain/readiness.ts';
import { bytes, duration } from '../domain/units.ts';
import memory from '../probes/memory.ts';
import persistence from '../probes/persistence.ts';

/** A server loads 100 to 300 MB of memory a second from an RDB; from an AOF without one about a fifth of that. */
const SLOW = 100 * 1024 * 1024;
const FAST = 300 * 1024 * 1024;

/** How long a restart takes to load the data, before which the server answers nobody. */
export default defineFigure({
  needs: { memory, persistence },
  tell({ memory: { now } }, { node }) {
    if (node.identity.loading) return { unassessed: 'it is loading right now' };
    const data = now.used_memory_dataset ?? now.used_memory;
    const [least, most] = [data / FAST, data / SLOW];
    return { said: `loading ${bytes(data)} takes about ${duration(least)} to ${duration(most)}` };
  },
});
