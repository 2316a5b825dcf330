import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import configFile from '../../probes/host-config-file.ts';
import files, { type FileMode } from '../../probes/host-files.ts';
import server from '../../probes/server.ts';

const OTHERS_READ = 0o4;
const OTHERS_ENTER = 0o1;

/** Every account of the host can read the server's passwords. */
export default defineRule({
  scope: 'node',
  needs: { files, server },
  more:
    'redis.conf holds passwords in the clear and the ACL file their hashes, so that any account or program on the host can log in to the server, or to its primary. ' +
    'Usually the file was copied or written by a tool with an open umask. ' +
    'chmod 640 and give it to the account of the server; passwords that stood there should be changed.',
  check({ files: { now }, server: { now: info } }, { node }) {
    const config = readingIfAny(node, configFile)?.now;
    const reachable = now.configFolder === undefined || (now.configFolder.mode & OTHERS_ENTER) !== 0;
    const open = [reachable ? now.config : undefined, now.acl].filter((file) => file !== undefined && isOpen(file));
    const [first] = open;
    if (!first && info.config_file && !now.config) {
      return { unassessed: `the configuration file cannot be seen: ${info.config_file}` };
    }
    if (!first) return;
    const secrets = config?.secrets ?? [];
    const harmless = config !== undefined && secrets.length === 0 && first === now.config;
    return {
      severity: harmless ? 'info' : 'warning',
      headline: harmless
        ? `Everyone on the host can read ${first.path}, which holds no password`
        : `Everyone on the host can read ${open.map((file) => file?.path).join(' and ')}${secrets.length > 0 ? `, with ${secrets.join(', ')}` : ''}`,
      evidence: open.flatMap((file) =>
        file ? [{ field: `mode of ${file.path}`, value: file.mode.toString(8), expected: '640 or less' }] : [],
      ),
    };
  },
});

function isOpen({ mode }: FileMode): boolean {
  return (mode & OTHERS_READ) !== 0;
}
