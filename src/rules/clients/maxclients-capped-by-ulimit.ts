import { defineRule } from '../../domain/rule.ts';
import clients from '../../probes/clients.ts';

/** Descriptors that the server keeps for itself: files, listeners, the log. */
const RESERVED = 32;

const DEFAULT = 10_000;

export default defineRule({
  scope: 'node',
  needs: { clients },
  explains: ['maxclients-near'],
  more:
    'At its start the server found that it may open fewer files than maxclients needs, and lowered maxclients without refusing to start. ' +
    'Usually the service has the limit of a login shell (1024 or 4096); fs.file-max, which is for the whole machine, does not help. ' +
    'Set LimitNOFILE of the service to maxclients and 32 more, and restart it; CONFIG SET maxclients cannot go beyond.',
  check({ clients: { now } }) {
    const { maxclients } = now;
    if (maxclients === undefined) return { unassessed: 'INFO has no maxclients' };
    const files = maxclients + RESERVED;
    if (!isLimitOfFiles(files)) return;
    return {
      severity: 'warning',
      headline: `maxclients is ${maxclients}: a limit of ${files} open files, less ${RESERVED} that the server needs itself`,
      evidence: [
        {
          field: 'maxclients',
          value: String(maxclients),
          expected: maxclients < DEFAULT ? `${DEFAULT}, the default, or what is configured` : 'what is configured',
        },
      ],
    };
  },
});

/** What people and systems set `ulimit -n` to; nobody would choose such a number less 32 for maxclients. */
function isLimitOfFiles(files: number): boolean {
  return files === 65_535 || (files >= 256 && (Math.log2(files) % 1 === 0 || files % 1000 === 0));
}
