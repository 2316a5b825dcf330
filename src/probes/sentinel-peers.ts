import { defineProbe, textReply } from '../domain/probe.ts';
import { aboutMaster, entriesIn } from '../domain/sentinel.ts';

/** The other Sentinels that one knows, and the id by which they know it. */
export default defineProbe({
  asks: 'sentinel',
  sampled: 'pair',
  allows: [
    ['SENTINEL', 'SENTINELS'],
    ['SENTINEL', 'MYID'],
  ],
  fields: {},
  commands(_server, _info, target) {
    const about = aboutMaster(target, 'SENTINELS');
    return typeof about === 'string' ? about : [...about, ['SENTINEL', 'MYID']];
  },
  read([sentinels, id]) {
    const peers = entriesIn(sentinels).map((entry) => ({
      id: entry.text('runid'),
      address: entry.address,
      flags: entry.flags,
      downMs: entry.number('s-down-time'),
    }));
    return { id: textReply(id), peers };
  },
});
