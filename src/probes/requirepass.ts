import { defineProbe, listReply } from '../domain/probe.ts';

/**
 * Whether the configuration sets a password that is not in force. It is asked of servers that let strangers in: there it
 * protects nothing. Where it does, it is a secret and stays where it is. Only yes or no leaves this parser.
 */
export default defineProbe({
  sampled: 'once',
  allows: [['CONFIG', 'GET']],
  fields: {},
  commands: ({ admitsAnyone }) =>
    admitsAnyone ? [['CONFIG', 'GET', 'requirepass']] : 'a password that is in force is not asked for',
  read([reply]) {
    const [, value] = listReply(reply);
    return { isSet: typeof value === 'string' && value !== '' };
  },
});
