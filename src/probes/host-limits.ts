import { defineHostProbe, file } from '../domain/host-probe.ts';

/** What the kernel lets the server's process have. A limit that is none is Infinity. */
export default defineHostProbe({
  sampled: 'once',
  fields: { nofile: 'number' },
  asks: { limits: file('/proc/{pid}/limits') },
  read(answers) {
    const text = answers.need('limits');
    const limit = (name: string): Record<'soft' | 'hard', number | undefined> => {
      const [, soft, hard] = new RegExp(`^${name} +(\\w+) +(\\w+)`, 'm').exec(text) ?? [];
      return { soft: countOf(soft), hard: countOf(hard) };
    };
    const files = limit('Max open files');
    return {
      /** Open files and connections together. */
      nofile: files.soft,
      nofileHard: files.hard,
      processes: limit('Max processes').soft,
      lockedMemory: limit('Max locked memory').soft,
    };
  },
});

function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text);
}
