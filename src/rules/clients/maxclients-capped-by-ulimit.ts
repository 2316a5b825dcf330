import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import clients from '../../probes/clients.ts';
import hostConfigFile from '../../probes/host-config-file.ts';
import hostLimits from '../../probes/host-limits.ts';

/** Descriptors that the server keeps for itself: files, listeners, the log. */
const RESERVED = 32;

const DEFAULT = 10_000;

export default defineRule({
  scope: 'node',
  needs: { clients },
  explains: ['maxclients-near', 'connections-rejected'],
  tells: 'The log of the server says at its start that maxclients was lowered to the limit of open files.',
  latent: true,
  more:
    'At its start the server found that it may open fewer files than maxclients needs, and lowered maxclients without refusing to start. ' +
    'Usually the service has the limit of a login shell (1024 or 4096); fs.file-max, which is for the whole machine, does not help. ' +
    'Set LimitNOFILE of the service to maxclients and 32 more, and restart it; CONFIG SET maxclients cannot go beyond.',
  check({ clients: { now } }, { node }) {
    const { maxclients } = now;
    if (maxclients === undefined) return { unassessed: 'INFO has no maxclients' };
    const files = maxclients + RESERVED;
    const wanted = configured(node);
    const limit = readingIfAny(node, hostLimits)?.now.nofile;
    // 10,032 files are exactly what the default needs.
    if (wanted !== undefined ? maxclients >= wanted : maxclients === DEFAULT) return;
    if (limit === undefined ? wanted === undefined && !isLimitOfFiles(files) : limit !== files) return;
    return {
      severity: 'warning',
      headline: `maxclients is ${maxclients}: a limit of ${files} open files, less ${RESERVED} that the server needs itself`,
      evidence: [
        { field: 'maxclients', value: String(maxclients), expected: expectation(maxclients, wanted) },
        ...(limit === undefined
          ? []
          : [{ field: 'Max open files', value: String(limit), expected: `>= ${(wanted ?? DEFAULT) + RESERVED}` }]),
      ],
    };
  },
});

/** maxclients as the configuration file has it, where the host can be looked at; the last line counts. */
function configured(node: ReadNode): number | undefined {
  const value = Number(readingIfAny(node, hostConfigFile)?.now.values.get('maxclients')?.at(-1)?.[0]);
  return Number.isFinite(value) ? value : undefined;
}

function expectation(maxclients: number, wanted: number | undefined): string {
  if (wanted !== undefined) return `${wanted}, as in the configuration file`;
  return maxclients < DEFAULT ? `${DEFAULT}, the default, or what is configured` : 'what is configured';
}

/** What people and systems set `ulimit -n` to; nobody would choose such a number less 32 for maxclients. */
function isLimitOfFiles(files: number): boolean {
  return files === 65_535 || (files >= 256 && (Math.log2(files) % 1 === 0 || files % 1000 === 0));
}
