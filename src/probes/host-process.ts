import { defineHostProbe, file } from '../domain/host-probe.ts';
import { containerOf, memoryGroup } from '../domain/host-process.ts';
import { countOf, fieldsOf, kilobytes, processStat, wholeNumber } from '../domain/proc-text.ts';

/** The server's process as its host sees it. Bytes. */
export default defineHostProbe({
  sampled: 'once',
  fields: { uid: 'number', resident: 'number', swapped: 'number' },
  asks: {
    status: file('/proc/{pid}/status'),
    stat: file('/proc/{pid}/stat'),
    cgroup: file('/proc/{pid}/cgroup'),
    oomScore: file('/proc/{pid}/oom_score_adj'),
  },
  read(answers) {
    const status = fieldsOf(answers.need('status'));
    const stat = answers.text('stat');
    return {
      name: status.get('Name') ?? '',
      /** The effective user. */
      uid: wholeNumber(status.get('Uid')?.split(/\s+/)[1]),
      /** Its groups, the effective one first. */
      gids: [status.get('Gid')?.split(/\s+/)[1], ...(status.get('Groups')?.split(/\s+/) ?? [])].flatMap(
        (gid) => wholeNumber(gid) ?? [],
      ),
      resident: kilobytes(status.get('VmRSS')),
      swapped: kilobytes(status.get('VmSwap')),
      /** False when it opted out of transparent huge pages; kernels before 5.0 do not tell. */
      hugePagesAllowed: flag(status.get('THP_enabled')),
      cpusAllowed: countOf(status.get('Cpus_allowed_list')),
      numaNodesAllowed: countOf(status.get('Mems_allowed_list')),
      /** Seconds between the start of the host and its own. */
      startedAt: stat === undefined ? undefined : processStat(stat)?.startedAt,
      /** Greater is killed sooner when memory runs out. */
      oomScoreAdj: wholeNumber(answers.text('oomScore')),
      container: containerOf(answers.text('cgroup') ?? ''),
      /** The control group whose memory it uses. */
      group: memoryGroup(answers.text('cgroup') ?? ''),
    };
  },
});

function flag(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === '1';
}
