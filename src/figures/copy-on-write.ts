import { copyOnWrite } from '../domain/headroom.ts';
import { memoryLimit } from '../domain/memory-limit.ts';
import { rate } from '../domain/probe.ts';
import { defineFigure } from '../domain/readiness.ts';
import { bytes } from '../domain/units.ts';
import memory from '../probes/memory.ts';
import persistence from '../probes/persistence.ts';
import stats from '../probes/stats.ts';

/** Whether a snapshot or a full sync fits beside the data: the memory that its copied pages need, as measured or estimated. */
export default defineFigure({
  needs: { memory, persistence, stats },
  tell({ memory: { now }, persistence, stats }, { node, snapshot }) {
    const limit = memoryLimit(snapshot, node, now);
    const commands = rate(stats, (one) => one.total_commands_processed) ?? 0;
    const copied = Math.round(copyOnWrite(now, persistence.now, commands));
    const said = `a snapshot needs about ${bytes(copied)} beside ${bytes(now.used_memory_rss)} in use`;
    if (!limit) return { said: `${said}; how much there is, is not known` };
    const free = limit.bytes - now.used_memory_rss;
    return {
      said: `${said}, of ${bytes(limit.bytes)} (${limit.from})`,
      ok: copied < free,
      evidence: [
        {
          field: 'used_memory_rss + copy-on-write',
          value: bytes(now.used_memory_rss + copied),
          expected: `< ${bytes(limit.bytes)}`,
        },
      ],
      fix:
        copied < free
          ? ''
          : 'Lower maxmemory or give the server more memory: a snapshot may end with the kernel killing it.',
    };
  },
});
