import { type OpenSlot, parseClusterNodes } from '../domain/cluster.ts';
import type { Reply } from '../domain/command.ts';
import { defineProbe, NotAnswered, textReply } from '../domain/probe.ts';

/** An interrupted reshard leaves one slot open; where there are many more, somebody is still at it. */
const MOST = 64;

/** How many keys a primary holds of each slot that it shows as open: whether a move that broke off can be closed. */
export default defineProbe<{
  counts: ReadonlyMap<number, number>;
  /** Of slots that are on their way to it. */
  imported: number;
}>({
  sampled: 'once',
  allows: [
    ['CLUSTER', 'NODES'],
    ['CLUSTER', 'COUNTKEYSINSLOT'],
  ],
  fields: { imported: 'number' },
  commands: ({ mode, role, loading }) =>
    mode === 'cluster' && role === 'primary' && !loading ? [['CLUSTER', 'NODES']] : [],
  // What was refused leads nowhere; reading says why.
  further: ([nodes]) =>
    (typeof nodes === 'string' ? openIn(nodes) : []).map(({ slot }) => ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)]),
  read([nodes, ...counted]) {
    const open = openIn(nodes);
    if (open.length !== counted.length) throw new NotAnswered('the slots that are open have changed meanwhile');
    const counts = new Map(open.map(({ slot }, at) => [slot, countIn(counted[at])]));
    const importing = open.filter(({ direction }) => direction === 'importing');
    return { counts, imported: importing.reduce((sum, { slot }) => sum + (counts.get(slot) ?? 0), 0) };
  },
});

function openIn(nodes: Reply | undefined): OpenSlot[] {
  if (nodes === undefined) return [];
  return (parseClusterNodes(textReply(nodes))?.open ?? []).slice(0, MOST);
}

function countIn(reply: Reply | undefined): number {
  const count = Number(reply);
  if (!Number.isInteger(count)) throw new NotAnswered(`COUNTKEYSINSLOT answered ${JSON.stringify(reply)}`);
  return count;
}
