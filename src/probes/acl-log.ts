import { defineProbe, listReply } from '../domain/probe.ts';

export interface Denial {
  /** auth, command, key, channel */
  reason: string;
  count: number;
  ageSeconds: number;
  username: string;
}

/** Recent refusals by the access control list; the object (a key or command name) is left out. */
export default defineProbe({
  sampled: 'once',
  allows: [['ACL', 'LOG']],
  fields: {},
  commands: () => [['ACL', 'LOG', '32']],
  read: ([reply]) =>
    listReply(reply).map((entry): Denial => {
      const words = listReply(entry);
      const fields = new Map<string, unknown>();
      for (let at = 0; at + 1 < words.length; at += 2) fields.set(String(words[at]), words[at + 1]);
      return {
        reason: String(fields.get('reason') ?? ''),
        count: Number(fields.get('count') ?? 0),
        ageSeconds: Number(fields.get('age-seconds') ?? 0),
        username: String(fields.get('username') ?? ''),
      };
    }),
});
