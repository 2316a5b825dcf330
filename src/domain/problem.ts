import { closest } from './closest.ts';

/**
 * Everything that a person must repair, in one place. Each says what is wrong and what to do next.
 * Thrown as `throw problem('code', …)`; anything else that is thrown is a bug.
 */
const PROBLEMS = {
  'config-invalid': (mistakes: readonly string[]) =>
    `The configuration has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:\n${mistakes.join('\n')}`,
  'config-missing': (file: string) =>
    `There is no ${file}. Write one (README, "Connect your own servers"), name another with --config, or diagnose a bare redis:// URL.\nTo see it at work without any of that, run: npm run demo`,
  'playbook-invalid': (mistakes: readonly string[]) => `The playbooks have mistakes:\n${mistakes.join('\n')}`,
  'playbooks-unreadable': (path: string, why: string) =>
    `The playbooks in ${path} cannot be read: ${why}. Name a folder or files with playbooks (playbooks.folder in medic.yml).`,
  'playbook-unknown': (name: string, known: readonly string[]) => {
    const meant = closest(name, known);
    return `There is no playbook "${name}".${meant === undefined ? '' : ` Did you mean ${meant}?`} List them: npx redis-medic playbooks list`;
  },
  'server-program-missing': () =>
    'There is no Redis or Valkey server program on this machine to try a playbook on. Install redis-server or ' +
    'valkey-server (Debian: redis-tools is enough), or name one with --server or REDIS_SERVER.',
  'values-wrong': (playbook: string, wrong: readonly { name: string; because: string }[]) =>
    `${playbook} cannot be planned with these values:\n${wrong.map(({ name, because }) => `  ${name}: ${because}`).join('\n')}\nWrite --set name=value; npx redis-medic playbooks show ${playbook} lists the names.`,
  'set-invalid': (text: string) => `"${text}" sets nothing. Write --set name=value.`,
  'node-unclear': (why: string) => `It cannot be planned: ${why}. Name it with --node host:port.`,
  'target-unknown': (name: string, known: readonly string[]) => {
    if (known.length === 0) return `There is no target "${name}": medic.yml names none.`;
    const meant = closest(name, known);
    return `There is no target "${name}".${meant === undefined ? '' : ` Did you mean ${meant}?`} Known targets: ${known.join(', ')}.`;
  },
  'url-invalid': (shown: string, why: string) =>
    `"${shown}" is not a Redis URL: ${why}. Write redis://[user:password@]host[:port] or rediss:// for TLS.`,
  'incident-id-invalid': (text: string) =>
    `"${text}" is not the id of an incident. It looks like inc_4f0k2m9x1a and stands in its thread.`,
  'backup-id-invalid': (text: string) =>
    `"${text}" is not the id of a backup. It looks like bak_20261128-041530-4f0k2m; redis-medic backup list shows them.`,
  'backup-unknown': (id: string, place: string) => `There is no backup ${id} in ${place}.`,
  'backups-not-set-up': () =>
    'No place for backups is set up. Add the key backups to medic.yml, with folder or s3 (README, "Backups").',
  'duration-invalid': (text: string) => `"${text}" is not a duration. Write 500ms, 2s or 1m.`,
  'engine-invalid': (text: string) =>
    `"${text}" is no engine that redis-medic looks after. Write redis@6.2 (or newer) or valkey@7.2 (or newer), such as redis@7.0.`,
  'user-invalid': (text: string) =>
    `"${text}" cannot be the name of a user: it may not be empty or hold spaces or quotes.`,
  'host-fact-invalid': (fact: string, text: string) =>
    `"${text}" cannot be the ${fact.replaceAll('_', ' ')} in a rule of sudo: it must be plain, without blanks and quotes, and no folder of the system.`,
  'acl-class-unknown': (name: string, used: readonly string[]) => {
    const meant = closest(name, used);
    return `No action of this version is of the class "${name}".${meant === undefined ? '' : ` Did you mean ${meant}?`} There are: ${used.join(', ')}, and all.`;
  },
  'data-folder-missing': (folder: string) =>
    `There is no database in ${folder}, so there is no audit trail to read. ` +
    'Name the folder of the bot (data in medic.yml, or REDIS_MEDIC_DATA), or set DATABASE_URL if it uses PostgreSQL.',
  'store-locked': (folder: string, pid: string) =>
    `The data folder ${folder} is in use by process ${pid}: the embedded database serves one process at a time. ` +
    'Stop that process first (also to list, export or verify the audit trail), or set DATABASE_URL for all of them: a PostgreSQL can be read while the bot runs.',
  'store-unreachable': (where: string, why: string) =>
    `The database ${where} cannot be used: ${why}. Check DATABASE_URL and that PostgreSQL is up.`,
  'queue-url-invalid': (shown: string) =>
    `QUEUE_URL "${shown}" is not usable. Write redis://host:port, or leave it unset to queue in the database.`,
  'slack-not-configured': (missing: readonly string[]) =>
    `Slack is not configured: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set.\n` +
    'Create an app at https://api.slack.com/apps from deploy/manifest-socket.yml (Socket Mode) or manifest.yml (HTTP) and copy the values (README, "Connect a real workspace").\n' +
    'To try redis-medic without Slack, run: npm run demo',
  'slack-refused': (why: string) =>
    `Slack refused the bot token: ${why}. Copy it again from "OAuth & Permissions" of your app at https://api.slack.com/apps.\n` +
    'To try redis-medic without Slack, run: npm run demo',
  'slack-cannot-listen': (where: string, why: string) =>
    `Requests of Slack cannot be received on ${where}: ${why}. Set slack_listen in medic.yml or REDIS_MEDIC_SLACK_LISTEN to a free address.`,
  'slack-app-token-refused': (why: string) =>
    `Slack refused the app-level token (SLACK_APP_TOKEN, xapp-…): ${why}. Make one with the scope connections:write under "Basic Information" of your app at https://api.slack.com/apps.`,
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** A mistake that a person can repair; its message is for them. */
export class Problem extends Error {
  readonly code: ProblemCode;
  constructor(code: ProblemCode, message: string) {
    super(message);
    this.name = 'Problem';
    this.code = code;
  }
}

export function problem<C extends ProblemCode>(code: C, ...facts: Parameters<(typeof PROBLEMS)[C]>): Problem {
  const write = PROBLEMS[code] as (...facts: Parameters<(typeof PROBLEMS)[C]>) => string;
  return new Problem(code, write(...facts));
}

export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];
