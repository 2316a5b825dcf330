import { z } from 'zod';
import { parseAddress } from '../domain/redis-url.ts';
import type { Address } from '../domain/target.ts';

export type Env = Readonly<Record<string, string | undefined>>;

const startingWith = (prefix: string, what: string) =>
  z
    .string()
    .startsWith(
      prefix,
      `expected ${what} of your app at https://api.slack.com/apps, which begins with ${prefix} (npm run demo needs none)`,
    )
    .optional();

const Endpoint = z
  .string()
  .refine((text) => endpoint(text) !== undefined, 'expected host:port')
  .optional();

const Environment = z.object({
  SLACK_BOT_TOKEN: startingWith('xoxb-', 'the Bot User OAuth Token ("OAuth & Permissions")'),
  SLACK_APP_TOKEN: startingWith('xapp-', 'an app-level token with connections:write ("Basic Information")'),
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_API_URL: z.url({ protocol: /^https?$/, error: 'expected a http(s) URL' }).optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected postgres://user:password@host:port/database')
    .optional(),
  QUEUE_URL: z
    .string()
    .refine((text) => /^rediss?:\/\//.test(text) && URL.canParse(text), 'expected redis://[user:password@]host[:port]')
    .optional(),
  REDIS_MEDIC_DATA: z.string().optional(),
  REDIS_MEDIC_LISTEN: Endpoint,
  REDIS_MEDIC_SLACK_LISTEN: Endpoint,
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).optional(),
});
export type Environment = z.infer<typeof Environment>;

/** Reads the variables that we know; an empty one is not set. Values are secrets, so no mistake repeats one. */
export function readEnvironment(env: Env): { values: Environment; mistakes: string[] } {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = Environment.safeParse(given);
  if (parsed.success) return { values: parsed.data, mistakes: [] };
  const mistakes = parsed.error.issues.map((issue) => `environment: ${issue.path.join('.')}: ${wording(issue)}`);
  return { values: {}, mistakes };
}

/** The address in a checked `host:port`; port 0 takes a free one. */
export function endpoint(text: string | undefined): Address | undefined {
  if (text === undefined) return undefined;
  const [, host, zero] = /^(.+):(0)$/.exec(text) ?? [];
  const address = parseAddress(zero === undefined ? text : `${host}:1`, 0);
  return address && { host: address.host, port: zero === undefined ? address.port : 0 };
}

/** Variable that holds the bearer token of a source's webhook: `alertmanager` -> ALERTMANAGER_TOKEN. */
export function tokenVariable(source: string): string {
  return `${source.toUpperCase().replaceAll('-', '_')}_TOKEN`;
}

/** Replaces each `${NAME}` by the variable's value; one that is not set is a mistake. */
export function fillFrom(env: Env): (text: string) => { text: string } | { mistake: string } {
  return (text) => {
    const wrong: string[] = [];
    const filled = text.replace(/\$\{([^}]*)(\}?)/g, (_all, name: string, end: string) => {
      const value = Object.hasOwn(env, name) ? env[name] : undefined;
      if (end === '' || !/^[A-Za-z_]\w*$/.test(name)) wrong.push(`write a reference as $\{NAME}`);
      else if (value === undefined || value === '') wrong.push(`the environment variable ${name} is not set`);
      return value ?? '';
    });
    return wrong.length === 0 ? { text: filled } : { mistake: wrong.join('; ') };
  };
}

function wording(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_value' ? `expected one of ${issue.values.map(String).join(', ')}` : issue.message;
}
