import { defineProbe, listReply } from '../domain/probe.ts';

/** The server's own clock, so that ages of its timestamps do not depend on ours. */
export default defineProbe({
  sampled: 'pair',
  allows: [['TIME']],
  fields: {},
  commands: () => [['TIME']],
  read([reply]) {
    const [seconds, microseconds] = listReply(reply);
    return { epochSeconds: Number(seconds) + Number(microseconds) / 1_000_000 };
  },
});
