import type { Denial } from '../domain/denial.ts';
import { defineProbe, listReply } from '../domain/probe.ts';

/** Recent refusals by the access control list. Of the objects only commands are told, as a key may be anything. */
export default defineProbe({
  sampled: 'once',
  allows: [['ACL', 'LOG']],
  fields: {},
  commands: () => [['ACL', 'LOG', '32']],
  read: ([reply]) =>
    listReply(reply).map((entry): Denial => {
      const words = listReply(entry);
      const text = (name: string) => {
        const value = words.find((_word, at) => at % 2 === 1 && words[at - 1] === name);
        return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
      };
      return {
        reason: text('reason') ?? '',
        count: Number(text('count') ?? 0),
        ageSeconds: Number(text('age-seconds') ?? 0),
        username: text('username') ?? '',
        command: text('reason') === 'command' ? text('object') : undefined,
        clientName: /(?:^| )name=(\S*)/.exec(text('client-info') ?? '')?.[1] ?? '',
        spanSeconds: span(Number(text('timestamp-created')), Number(text('timestamp-last-updated'))),
      };
    }),
});

function span(created: number, updated: number): number | undefined {
  const seconds = (updated - created) / 1000;
  return Number.isFinite(seconds) ? seconds : undefined;
}
