import type { SlackUserId, TargetName } from './domain/ids.ts';
import { problem } from './domain/problem.ts';
import type { Address, Target } from './domain/target.ts';

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
  /** Between the two samples of a diagnosis. */
  windowSeconds: number;
  /** Passwords and tokens, for the log to hide. */
  secrets: readonly string[];
  /** What is allowed but probably not meant. */
  warnings: readonly string[];
}

/** The Slack settings for `start`; throws when something is not set. */
export function slackSettings(config: Config): Exclude<SlackSettings, { kind: 'missing' }> {
  if (config.slack.kind === 'missing') throw problem('slack-not-configured', config.slack.missing);
  return config.slack;
}
