import type { Run } from '../../domain/run.ts';
import { joined, type Markup, markup, when } from '../blocks/text.ts';
import type { Command } from './command.ts';

export const runs: Command = {
  usage: '/redis runs',
  does: 'shows the last 10 repairs and how they ended',
  async answer({ ports, link }) {
    const lines = await ports.store.transaction(async (tx) => {
      const shown: Markup[] = [];
      for (const run of await tx.runs({ limit: 10 })) {
        const title = (await tx.proposal(run.proposal))?.title ?? run.proposal;
        const message = (await tx.message(`${run.id}/outcome`)) ?? (await tx.message(`${run.id}/progress`));
        const url = message?.ts ? link(message.channel, message.ts) : undefined;
        const thread = url ? { markup: ` <${url}|thread>` } : markup``;
        shown.push(markup`${endingOf(run)} *${run.target}* ${title} · ${when(run.queuedAt)} · \`${run.id}\`${thread}`);
      }
      return shown;
    });
    if (lines.length === 0) return { text: markup`Nothing has been run yet.` };
    return { text: joined([markup`*Last runs*`, ...lines], '\n') };
  },
};

function endingOf(run: Run): string {
  if (run.state !== 'finished') return run.state;
  return run.verdict === 'verified' ? '✅ verified' : `⚠️ ${run.verdict ?? 'unknown'}`;
}
