import { defineProbe, listReply } from '../domain/probe.ts';

export interface SlowEntry {
  /** Grows by one with each entry; starts again with the server. */
  id: number;
  /** Epoch seconds on the server's clock. */
  at: number;
  microseconds: number;
  /** The command in lower case; its arguments never leave the parser. */
  command: string;
  argumentCount: number;
  client: string;
  clientName: string;
}

/** The newest slow commands, newest first. */
export default defineProbe({
  sampled: 'pair',
  allows: [['SLOWLOG', 'GET']],
  fields: {},
  commands: () => [['SLOWLOG', 'GET', '128']],
  read: ([reply]) =>
    listReply(reply).map((entry): SlowEntry => {
      const [id, at, microseconds, words, client, clientName] = listReply(entry);
      const command = listReply(words);
      return {
        id: Number(id),
        at: Number(at),
        microseconds: Number(microseconds),
        command: typeof command[0] === 'string' ? command[0].toLowerCase() : '',
        argumentCount: Math.max(0, command.length - 1),
        client: typeof client === 'string' ? client : '',
        clientName: typeof clientName === 'string' ? clientName : '',
      };
    }),
});
