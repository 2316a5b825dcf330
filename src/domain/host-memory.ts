import { defineHostProbe, file, type HostAnswer } from './host-probe.ts';
import { fieldsOf, kilobytes, wholeNumber } from './proc-text.ts';

/** Where no control group allows less. */
export const HOST_RAM = 'RAM of the host';

/** The memory of the host and the limit of the server's control groups. Bytes, but for pages and counts. */
export const hostMemory = defineHostProbe({
  sampled: 'pair',
  fields: { limit: 'number', total: 'number', available: 'number' },
  asks: {
    meminfo: file('/proc/meminfo'),
    vmstat: file('/proc/vmstat'),
    max: file('{memory_cgroup}/memory.max'),
    oldMax: file('{memory_cgroup}/memory.limit_in_bytes'),
    events: file('{memory_cgroup}/memory.events'),
    oldEvents: file('{memory_cgroup}/memory.oom_control'),
  },
  read(answers) {
    const memory = fieldsOf(answers.need('meminfo'));
    const pages = fieldsOf(answers.text('vmstat') ?? '');
    const total = kilobytes(memory.get('MemTotal'));
    const events = answers.text('events') ?? answers.text('oldEvents');
    return {
      total,
      available: kilobytes(memory.get('MemAvailable')),
      swapTotal: kilobytes(memory.get('SwapTotal')),
      swapFree: kilobytes(memory.get('SwapFree')),
      /** What may be promised to processes in all, where overcommit is forbidden, and what is. */
      commitLimit: kilobytes(memory.get('CommitLimit')),
      committed: kilobytes(memory.get('Committed_AS')),
      pagesSwappedIn: wholeNumber(pages.get('pswpin')),
      pagesSwappedOut: wholeNumber(pages.get('pswpout')),
      /** Processes that the kernel killed in the server's own control group since that was made. */
      oomKills: events === undefined ? undefined : wholeNumber(fieldsOf(events).get('oom_kill')),
      ...limitOf([...answers.all('max'), ...answers.all('oldMax')], total),
    };
  },
});

/** The least of what the groups and the RAM allow, and where that is written. */
function limitOf(
  files: readonly HostAnswer[],
  total: number | undefined,
): { limit: number | undefined; limitFrom: string } {
  let least: { limit: number | undefined; limitFrom: string } = { limit: total, limitFrom: HOST_RAM };
  for (const { about, text } of files) {
    const limit = wholeNumber(text);
    if (limit !== undefined && (least.limit === undefined || limit < least.limit)) {
      least = { limit, limitFrom: `${about.slice(about.lastIndexOf('/') + 1)} of ${groupOf(about)}` };
    }
  }
  return least;
}

/** `/sys/fs/cgroup/memory/system.slice/redis.service/memory.max` -> `/system.slice/redis.service`. */
function groupOf(path: string): string {
  return path.replace(/^\/sys\/fs\/cgroup(?:\/memory(?=\/))?/, '').replace(/\/[^/]*$/, '') || '/';
}
