import { defineProbe, listReply } from '../domain/probe.ts';

export interface Module {
  name: string;
  version: string;
  /** Where it was loaded from; undefined before 7.0, and empty for one that is built in. */
  path: string | undefined;
}

/** The loaded modules; their arguments, which may hold secrets, never leave the parser. */
export default defineProbe({
  sampled: 'once',
  allows: [['MODULE', 'LIST']],
  fields: {},
  commands: () => [['MODULE', 'LIST']],
  read: ([reply]) =>
    listReply(reply).map((entry): Module => {
      const words = listReply(entry);
      const text = (name: string) => {
        const value = words[words.indexOf(name) + 1];
        return words.includes(name) && (typeof value === 'string' || typeof value === 'number')
          ? String(value)
          : undefined;
      };
      return { name: text('name') ?? '', version: text('ver') ?? '', path: text('path') };
    }),
});
