import { type HostFacts, isHostFact } from '../domain/host-blanks.ts';
import { HOST_COMMANDS } from '../domain/host-command.ts';
import { TOOLS_FOLDER, toolFiles } from '../domain/kernel-settings.ts';
import type { Probe } from '../domain/probe.ts';
import { problem } from '../domain/problem.ts';
import type { Shelf } from '../domain/shelf.ts';
import { sudoPatterns } from '../domain/sudo-rules.ts';

/** `redis-medic acl host`: the two logins on a machine, and the server that may be restored there. */
export interface AclHostAsk {
  reader: string;
  user: string;
  /** What is needed for a restore; kernel settings need none of it. */
  facts: Partial<HostFacts>;
}

interface Output {
  out: (text: string) => void;
  err: (text: string) => void;
}

const RULES_FILE = '/etc/sudoers.d/redis-medic';

/** What an administrator does on each machine, as lines for a shell, on standard output; what is to know on standard error. */
export function aclHostCommand(probes: Shelf<Probe<unknown>>, ask: AclHostAsk, { out, err }: Output): number {
  for (const [fact, text] of Object.entries(ask.facts) as [keyof HostFacts, string][]) {
    if (!isHostFact(fact, text)) throw problem('host-fact-invalid', fact, text);
  }
  const lacking = NEEDED.filter((fact) => ask.facts[fact] === undefined);
  const { reader, user } = ask;
  // Half of them would be rules for nothing.
  const facts = lacking.length > 0 ? {} : ask.facts;
  out(
    `${[
      '# As root, on every machine.',
      `# ${reader} looks, without any rule of sudo. It reads files and runs: ${programsOf(probes).join(', ')}.`,
      `useradd --create-home --groups systemd-journal${ask.facts.owner === undefined ? '' : `,${ask.facts.owner}`} ${reader}`,
      `# ${user} runs approved commands, and has a key of its own.`,
      `useradd --create-home ${user}`,
      ...tools(),
      ...backupFolder(user, facts),
      ...rules(user, facts),
    ].join('\n')}\n`,
  );
  err('Put the public key of each login into its ~/.ssh/authorized_keys, and both logins into medic.yml.\n');
  if (lacking.length > 0) {
    err(
      `Without ${lacking.map((fact) => `--${fact}`).join(', ')} there are no rules to restore a backup on the host.\n`,
    );
  } else if (ask.facts.backups === undefined) {
    err(
      'Without --backups what redis-medic keeps can be restored on the host, and no file that a person puts there.\n',
    );
  }
  return 0;
}

/** What no restore can do without. */
const NEEDED: readonly (keyof HostFacts)[] = ['unit', 'data', 'owner', 'checker', 'snapshot', 'aof_folder', 'aof_file'];

function programsOf(probes: Shelf<Probe<unknown>>): string[] {
  const asked = [...probes.values()].filter(({ asks }) => asks === 'host').flatMap(({ allows }) => allows);
  const programs = asked.map(([program]) => program).filter((program) => program !== 'read' && program !== 'tail');
  return [...new Set(['head', 'pgrep', 'tail', ...programs])].toSorted();
}

function tools(): string[] {
  return [
    '# What may be written for good; only root may change these files.',
    `install -d -m 0755 ${TOOLS_FOLDER}`,
    ...[...toolFiles()].map(([path, text]) => `echo '${text}' > ${path}`),
  ];
}

function backupFolder(user: string, { backups, owner }: Partial<HostFacts>): string[] {
  if (backups === undefined || owner === undefined) return [];
  return [
    '# Where the file to restore is put: the server reads it there.',
    `install -d -m 2750 -o ${user} -g ${owner} ${backups}`,
  ];
}

function rules(user: string, facts: Partial<HostFacts>): string[] {
  const lines = HOST_COMMANDS.flatMap((template) => sudoPatterns(template, facts));
  return [
    `cat > ${RULES_FILE} <<'END'`,
    ...new Set(lines.map((line) => `${user} ALL=(${line.as}) NOPASSWD: ${line.pattern}`)),
    'END',
    `chmod 0440 ${RULES_FILE}`,
    `visudo -cf ${RULES_FILE} || rm ${RULES_FILE}`,
  ];
}
