import { defineHostProbe, file } from '../domain/host-probe.ts';
import { HUGE_PAGES_KEPT, keptIn, TOOLS_FOLDER } from '../domain/kernel-settings.ts';

/** What redis-medic has written for good on the machine, and whether the machine was set up so that it can. */
export default defineHostProbe({
  sampled: 'once',
  fields: {
    set_up: 'text',
    overcommit_memory: 'text',
    swappiness: 'text',
    somaxconn: 'text',
    tcp_max_syn_backlog: 'text',
    huge_pages: 'text',
  },
  asks: {
    tools: ['stat', '-c', '%a %u', TOOLS_FOLDER],
    mounts: file('/proc/mounts'),
    overcommit: file(keptIn('vm.overcommit_memory')),
    swappiness: file(keptIn('vm.swappiness')),
    somaxconn: file(keptIn('net.core.somaxconn')),
    synBacklog: file(keptIn('net.ipv4.tcp_max_syn_backlog')),
    hugePages: file(HUGE_PAGES_KEPT),
  },
  read(answers) {
    /** The last word of the only line; `none` without a file. */
    const kept = (question: Parameters<typeof answers.text>[0]): string | undefined => {
      const text = answers.text(question);
      if (text !== undefined) return text.trim().split(/\s+/).at(-1) ?? '';
      return answers.why(question).startsWith('no such file') ? 'none' : undefined;
    };
    const mounts = answers.need('mounts');
    const [mode = '', owner] = answers.text('tools')?.trim().split(' ') ?? [];
    return {
      /** `yes`; `no` without the folder of tools; `unsafe` where others than root may write it; `read-only` where nothing can be set. */
      set_up: setUp(mounts, mode, owner),
      overcommit_memory: kept('overcommit'),
      swappiness: kept('swappiness'),
      somaxconn: kept('somaxconn'),
      tcp_max_syn_backlog: kept('synBacklog'),
      /** As it is written at every start of the machine: `madvise`. */
      huge_pages: kept('hugePages'),
    };
  },
});

const OTHERS_MAY_WRITE = 0o022;

function setUp(mounts: string, mode: string, owner: string | undefined): 'yes' | 'no' | 'unsafe' | 'read-only' {
  // In a container the kernel's settings are there to be read only.
  if (/^\S+ \/proc\/sys \S+ ro[, ]/m.test(mounts)) return 'read-only';
  if (!/^[0-7]{3,4}$/.test(mode)) return 'no';
  return owner === '0' && (Number.parseInt(mode, 8) & OTHERS_MAY_WRITE) === 0 ? 'yes' : 'unsafe';
}
