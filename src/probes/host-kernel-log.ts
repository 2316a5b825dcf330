import { defineHostProbe, file } from '../domain/host-probe.ts';
import { NotAnswered } from '../domain/probe.ts';

/** A process that the kernel killed because memory ran out. */
export interface OomKill {
  /** Seconds after the start of the host. */
  at: number;
  pid: number;
  name: string;
  /** Its control group; kernels before 5.0 do not tell. */
  group: string | undefined;
}

/** What the kernel killed since the host started, as its log tells. The journal is for members of systemd-journal, dmesg often for root alone. */
export default defineHostProbe({
  sampled: 'once',
  asks: {
    uptime: file('/proc/uptime'),
    journal: ['journalctl', '-k', '-b', '--no-pager', '-o', 'short-monotonic', '-n', '1000'],
    ring: ['dmesg', '-l', 'emerg,alert,crit,err'],
  },
  read(answers) {
    // Without the right to see the kernel's messages the journal is not refused, but empty.
    const journal = answers.text('journal')?.includes(' kernel: ') ? answers.text('journal') : undefined;
    const text = [journal, answers.text('ring')].filter((one) => one !== undefined).join('\n');
    if (journal === undefined && answers.text('ring') === undefined) {
      throw new NotAnswered(`the kernel log may not be read: ${answers.why('ring')}`);
    }
    const kills = new Map<string, OomKill>();
    const groups = new Map([...text.matchAll(CHOSEN)].map(([, group, pid]) => [pid, group]));
    for (const [, at = '', pid = '', name = ''] of text.matchAll(KILL)) {
      kills.set(`${pid} ${name}`, { at: Number(at), pid: Number(pid), name, group: groups.get(pid) });
    }
    return {
      /** Seconds since the host started. */
      uptime: Number(answers.need('uptime').split(' ')[0]),
      kills: [...kills.values()].toSorted((one, other) => one.at - other.at),
    };
  },
});

/** `oom-kill:constraint=CONSTRAINT_MEMCG,…,task_memcg=/system.slice/redis-server.service,task=redis-server,pid=812,uid=107` */
const CHOSEN = /oom-kill:\S*task_memcg=([^,\s]*),\S*pid=(\d+)/g;

/** `[ 1234.5] host kernel: Memory cgroup out of memory: Killed process 812 (redis-server) total-vm:…` */
const KILL = /^\[ *(\d+\.\d+)\].*Killed process (\d+) \(([^)\n]*)\)/gm;
