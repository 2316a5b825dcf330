import { defineProbe, textReply } from '../domain/probe.ts';
import { clientsIn } from './client-list.ts';

/** The connections of this server's replicas. Asked where it has some; they are few, however many clients there are. */
export default defineProbe({
  sampled: 'pair',
  allows: [['CLIENT', 'LIST']],
  fields: {},
  commands: (_server, info) =>
    (info.number('connected_slaves') ?? 0) > 0 ? [['CLIENT', 'LIST', 'type', 'replica']] : [],
  read: (replies) => replies.flatMap((reply) => clientsIn(textReply(reply))),
});
