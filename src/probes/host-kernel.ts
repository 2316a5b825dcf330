import { defineHostProbe, file } from '../domain/host-probe.ts';
import { countOf, wholeNumber } from '../domain/proc-text.ts';

/** Settings of the host's kernel that Redis and Valkey depend on. */
export default defineHostProbe({
  sampled: 'once',
  fields: {
    overcommit_memory: 'number',
    swappiness: 'number',
    somaxconn: 'number',
    tcp_max_syn_backlog: 'number',
  },
  asks: {
    release: file('/proc/sys/kernel/osrelease'),
    machine: ['uname', '-m'],
    overcommit: file('/proc/sys/vm/overcommit_memory'),
    swappiness: file('/proc/sys/vm/swappiness'),
    zoneReclaim: file('/proc/sys/vm/zone_reclaim_mode'),
    somaxconn: file('/proc/sys/net/core/somaxconn'),
    synBacklog: file('/proc/sys/net/ipv4/tcp_max_syn_backlog'),
    numaNodes: file('/sys/devices/system/node/online'),
    cpus: file('/sys/devices/system/cpu/online'),
  },
  read: (answers) => ({
    release: answers.need('release').trim(),
    /** x86_64, aarch64 … */
    machine: answers.text('machine')?.trim(),
    overcommit_memory: wholeNumber(answers.text('overcommit')),
    swappiness: wholeNumber(answers.text('swappiness')),
    zone_reclaim_mode: wholeNumber(answers.text('zoneReclaim')),
    somaxconn: wholeNumber(answers.text('somaxconn')),
    tcp_max_syn_backlog: wholeNumber(answers.text('synBacklog')),
    numaNodes: countOf(answers.text('numaNodes')),
    cpus: countOf(answers.text('cpus')),
  }),
});
