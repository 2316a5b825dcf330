import { ReplyError } from '../domain/command.ts';
import { defineProbe, textReply } from '../domain/probe.ts';
import { aboutMaster, known } from '../domain/sentinel.ts';

/** Whether enough Sentinels can be used to agree that the master is down and to authorize a failover. */
export default defineProbe({
  asks: 'sentinel',
  sampled: 'pair',
  allows: [['SENTINEL', 'CKQUORUM']],
  fields: {},
  commands: (_server, _info, target) => aboutMaster(target, 'CKQUORUM'),
  read([reply]) {
    const refused = reply instanceof ReplyError && reply.code === 'NOQUORUM';
    const text = refused ? reply.message : textReply(known(reply));
    const usable = /(\d+) usable/.exec(text)?.[1];
    return { met: !refused, text, usable: usable === undefined ? undefined : Number(usable) };
  },
});
