import { resolve } from 'node:path';
import { unescape as decoded } from 'node:querystring';
import { backupSecrets, backupSettings } from './config/backups.ts';
import {
  type Env,
  type Environment,
  endpoint,
  fillFrom,
  readEnvironment,
  tokenVariable,
} from './config/environment.ts';
import { filesBeside } from './config/files.ts';
import { type MedicFile, medicFile } from './config/schema.ts';
import { checkAuto, sharedSeeds, targetsOf, unknownHosts } from './config/targets.ts';
import type { BackupSettings } from './domain/backup-settings.ts';
import type { SlackUserId, TargetName } from './domain/ids.ts';
import { problem } from './domain/problem.ts';
import type { Address, Target } from './domain/target.ts';
import type { WatchSettings } from './domain/watch-settings.ts';
import { readYaml } from './io/yaml.ts';

/** How Slack reaches us and we Slack. `missing` names what is not set. */
export type SlackSettings =
  | { kind: 'http'; botToken: string; apiUrl?: string; signingSecret: string; listen: Address }
  | { kind: 'socket'; botToken: string; apiUrl?: string; appToken: string }
  | { kind: 'missing'; missing: readonly string[] };

/** Everything that can be set, read once and frozen. */
export interface Config {
  targets: ReadonlyMap<TargetName, Target>;
  approvers: { users: readonly SlackUserId[]; groups: readonly string[] };
  slack: SlackSettings;
  /** Slack channel id for targets that name none; empty when every target names its own or Slack is not used. */
  defaultChannel: string;
  /** Hooks, health and metrics. Port 0 takes a free one. */
  listen: Address;
  /** Source id -> bearer token that its webhook must carry. */
  hookTokens: Readonly<Record<string, string>>;
  dataFolder: string;
  /** PostgreSQL; the embedded PGlite in the data folder when absent. */
  databaseUrl?: string;
  /** Redis for the queue; the database when absent. */
  queueUrl?: string;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Folder with playbooks of one's own. */
  playbooksFolder?: string;
  /** Between the two samples of a diagnosis. */
  windowSeconds: number;
  /** Undefined when no place for backups is set up. */
  backups?: BackupSettings;
  /** Undefined when nothing is watched. */
  watch?: WatchSettings;
  /** Passwords and tokens, for the log to hide. */
  secrets: readonly string[];
  /** What is allowed but probably not meant. */
  warnings: readonly string[];
}

export interface ConfigSources {
  /** Name of medic.yml as the person gave it; stands in every mistake. */
  file: string;
  /** Its text; undefined when there is none. */
  text: string | undefined;
  env: Env;
  /** The text of a file that medic.yml names; throws when it cannot be read. */
  readFile: (path: string) => string;
  /** Ids of the alert senders; each has its token in `<ID>_TOKEN`. */
  sources: Iterable<string>;
  /** Ids of the rules, which thresholds may name; not checked when absent. */
  rules?: Iterable<string>;
  /** Ids of the playbooks, with those of a folder of one's own, which `auto` may name; not checked when absent. */
  playbooks?: (own: string | undefined) => Iterable<string>;
}

/** Reads medic.yml and the environment, once; throws one problem with every mistake. */
export function readConfig({ file, text, env, readFile, sources, rules, playbooks }: ConfigSources): Config {
  if (text === undefined) throw problem('config-missing', file);
  const environment = readEnvironment(env);
  const yaml = readYaml(file, text, medicFile(rules && new Set(rules)), fillFrom(env));
  if (yaml.kind === 'mistakes') throw problem('config-invalid', [...yaml.mistakes, ...environment.mistakes]);
  const medic = yaml.value;
  const mistakes = [...environment.mistakes];
  const files = filesBeside(file, readFile);
  const complain = (path: readonly string[], why: string) => mistakes.push(yaml.mistake(['targets', ...path], why));
  const targets = targetsOf(medic.targets, { files, complain });
  const own = medic.playbooks.folder === undefined ? undefined : resolve(files.folder, medic.playbooks.folder);
  if (playbooks) checkAuto(targets.values(), playbooks(own), complain);
  const backups =
    medic.backups &&
    backupSettings(medic.backups, env, files, (path, why) => mistakes.push(yaml.mistake(['backups', ...path], why)));
  if (mistakes.length > 0) throw problem('config-invalid', mistakes);
  return assemble(
    medic,
    environment.values,
    { targets, ...(backups && { backups }) },
    tokensOf(env, sources),
    files.folder,
  );
}

function assemble(
  medic: MedicFile,
  env: Environment,
  { targets, backups }: Pick<Config, 'targets' | 'backups'>,
  hookTokens: Readonly<Record<string, string>>,
  folder: string,
): Config {
  const slack = slackOf(medic, env);
  const passwords = [...targets.values()].flatMap(({ credentials, remediate, backup, tls, sentinel, host }) => [
    backup?.credentials?.password,
    credentials.password,
    remediate?.password,
    sentinel?.credentials.password,
    tls?.key,
    sentinel?.tls?.key,
    ...(host?.kind === 'ssh' ? [host.key, host.passphrase, host.remediate?.key, host.remediate?.passphrase] : []),
  ]);
  const tokens = [env.SLACK_BOT_TOKEN, env.SLACK_APP_TOKEN, env.SLACK_SIGNING_SECRET, ...Object.values(hookTokens)];
  const urls = [env.DATABASE_URL, env.QUEUE_URL].map(passwordIn);
  return freeze({
    targets,
    approvers: medic.approvers,
    slack,
    defaultChannel: medic.slack.channel ?? '',
    listen: endpoint(env.REDIS_MEDIC_LISTEN) ?? medic.listen,
    hookTokens,
    dataFolder: env.REDIS_MEDIC_DATA === undefined ? resolve(folder, medic.data) : resolve(env.REDIS_MEDIC_DATA),
    ...(env.DATABASE_URL !== undefined && { databaseUrl: env.DATABASE_URL }),
    ...(env.QUEUE_URL !== undefined && { queueUrl: env.QUEUE_URL }),
    logLevel: env.LOG_LEVEL ?? 'info',
    ...(medic.playbooks.folder !== undefined && { playbooksFolder: resolve(folder, medic.playbooks.folder) }),
    windowSeconds: medic.window_s,
    ...(backups && { backups }),
    ...(medic.watch && { watch: watchSettings(medic.watch) }),
    secrets: [...passwords, ...tokens, ...urls, ...(backups ? backupSecrets(backups, env) : [])].filter(
      (secret) => secret !== undefined,
    ),
    warnings: warningsOf(medic, targets),
  });
}

/** Undefined when there is none to be seen; the log hides what looks like a password in a URL besides. */
function passwordIn(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { password } = new URL(url);
  return password === '' ? undefined : decoded(password);
}

function slackOf(medic: MedicFile, env: Environment): SlackSettings {
  const { SLACK_BOT_TOKEN: botToken, SLACK_SIGNING_SECRET: signingSecret, SLACK_APP_TOKEN: appToken } = env;
  const homeless = medic.slack.channel === undefined && Object.values(medic.targets).some(({ channel }) => !channel);
  const missing: string[] = [];
  if (botToken === undefined) missing.push('SLACK_BOT_TOKEN');
  if (appToken === undefined && signingSecret === undefined)
    missing.push('SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN for Socket Mode)');
  if (homeless) missing.push('slack.channel in medic.yml');
  if (botToken === undefined || missing.length > 0) return { kind: 'missing', missing };
  const api = { botToken, ...(env.SLACK_API_URL !== undefined && { apiUrl: env.SLACK_API_URL }) };
  if (appToken !== undefined) return { kind: 'socket', ...api, appToken };
  const listen = endpoint(env.REDIS_MEDIC_SLACK_LISTEN) ?? medic.slack_listen;
  return { kind: 'http', ...api, signingSecret: signingSecret ?? '', listen };
}

function tokensOf(env: Env, sources: Iterable<string>): Record<string, string> {
  const tokens: Record<string, string> = {};
  for (const source of sources) {
    const token = env[tokenVariable(source)];
    if (token) tokens[source] = token;
  }
  return tokens;
}

function warningsOf(medic: MedicFile, targets: ReadonlyMap<TargetName, Target>): string[] {
  const warnings = [...sharedSeeds(targets.values()), ...unknownHosts(targets.values())];
  if (targets.size === 0) warnings.push('No targets are named, so there is nothing to look after.');
  if (!medic.backups) {
    for (const { name } of [...targets.values()].filter(({ backup }) => backup?.schedule)) {
      warnings.push(`${name} has a schedule for backups, but no place to keep them is set up: add the key backups.`);
    }
  }
  if (medic.approvers.users.length + medic.approvers.groups.length === 0) {
    warnings.push('No approvers are named, so nobody can approve a proposal.');
  }
  return warnings;
}

function watchSettings({ every, keep, raise_after }: Exclude<MedicFile['watch'], false>): WatchSettings {
  return {
    everySeconds: every,
    keepSeconds: keep,
    ...(raise_after !== false && { raiseAfterSeconds: raise_after }),
  };
}

/** The Slack settings for `start`; throws when something is not set. */
export function slackSettings(config: Config): Exclude<SlackSettings, { kind: 'missing' }> {
  if (config.slack.kind === 'missing') throw problem('slack-not-configured', config.slack.missing);
  return config.slack;
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of value instanceof Map ? value.values() : Object.values(value)) freeze(inner);
  return Object.freeze(value);
}
