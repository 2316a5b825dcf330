import { defineHostProbe, file } from '../domain/host-probe.ts';
import { chosen, fieldsOf, kilobytes } from '../domain/proc-text.ts';

/** Transparent huge pages: the host's setting, and how much of the server lies in them. Bytes. */
export default defineHostProbe({
  sampled: 'once',
  fields: { enabled: 'text' },
  asks: {
    enabled: file('/sys/kernel/mm/transparent_hugepage/enabled'),
    rollup: file('/proc/{countable_pid}/smaps_rollup'),
  },
  read(answers) {
    const rollup = answers.text('rollup');
    return {
      /** `always`, `madvise` or `never`; undefined where the kernel has none. */
      enabled: chosen(answers.text('enabled')),
      inHugePages: rollup === undefined ? undefined : kilobytes(fieldsOf(rollup).get('AnonHugePages')),
    };
  },
});
