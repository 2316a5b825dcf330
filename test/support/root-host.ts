import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostAccess } from '../../src/domain/target.ts';

/** A program that hands on to the command behind the options of sudo, as the account that it is run as. */
const SUDO = '#!/bin/sh\nshift\n[ "$1" = -u ] && shift 2\nexec "$@"\n';

/** What stands in for sudo; the same lines, whoever runs them. */
export function sudoStandIn(folder: string): ReadonlyMap<string, string> {
  const path = join(folder, 'sudo');
  writeFileSync(path, SUDO, { mode: 0o755 });
  return new Map([['/usr/bin/sudo', path]]);
}

/** The login that changes is never used for looking, so it need not be one. */
export function withRemediate(access: HostAccess, backups?: string): HostAccess {
  if (access.kind === 'local') throw new Error('a machine is only changed over SSH');
  return {
    ...access,
    remediate: {
      user: access.user,
      key: access.key,
      passphrase: access.passphrase ?? '',
      ...(backups !== undefined && { backups }),
    },
  };
}
