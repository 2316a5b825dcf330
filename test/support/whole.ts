import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bot, startBot } from '../../demo/bot.ts';
import { ALEX, CAST, INCIDENTS_CHANNEL, SAM } from '../../demo/cast.ts';
import { freePort, type RedisServer } from '../../demo/redis-server.ts';
import { keyOf } from '../../demo/workspace/hands.ts';
import type { Message } from '../../demo/workspace/model.ts';
import { startWorkspace, type Workspace } from '../../demo/workspace/workspace.ts';

export interface TargetSpec {
  name: string;
  servers: readonly RedisServer[];
  purpose: string;
  /** By the number of its servers when absent. */
  kind?: 'cluster';
  /** More lines of the target in medic.yml. */
  more?: readonly string[];
}

/** A pretend workspace and the bot as in production, for targets on real servers. */
export interface Whole {
  workspace: Workspace;
  bot: Bot;
  configFile: string;
  /** Posts one alert as Alertmanager does; gives the HTTP status. */
  alert(target: string, status?: 'firing' | 'resolved'): Promise<number>;
  /** The newest message whose outbox key matches, once there is one that `fits`. */
  message(key: RegExp, fits?: (text: string) => boolean): Promise<Message>;
  /** The card of the open proposal whose title matches. */
  card(title: RegExp): Promise<Message>;
  click(user: string, message: Message, verb: string): Promise<void>;
  /** What only this person was told since the start. */
  told(user: string): string[];
  /** Everything that a message says, blocks included. */
  text(message: Message): string;
  log(): Promise<string>;
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface WholeOptions {
  /** `socket`: Slack's requests come through a socket that the bot opens, instead of to a port of its own. */
  mode?: 'http' | 'socket';
  /** More lines of medic.yml. */
  more?: readonly string[];
  /** More environment variables of the bot. */
  env?: Readonly<Record<string, string>>;
}

export async function openWhole(
  targets: readonly TargetSpec[],
  { mode = 'http', more = [], env = {} }: WholeOptions = {},
): Promise<Whole> {
  const folder = await mkdtemp(join(tmpdir(), 'medic-whole-'));
  const configFile = join(folder, 'medic.yml');
  const logFile = join(folder, 'bot.log');
  await writeFile(configFile, medicYml(targets, more));
  const workspace = await startWorkspace(CAST);
  const [ops, slack] = [await freePort(), await freePort()];
  const token = randomBytes(16).toString('hex');
  const signing = randomBytes(16).toString('hex');
  if (mode === 'http') workspace.connectApp(`http://127.0.0.1:${slack}/slack/events`, signing);
  const url = `http://127.0.0.1:${ops}`;
  const start = () =>
    startBot({
      configFile,
      folder,
      logFile,
      env: {
        SLACK_BOT_TOKEN: workspace.botToken,
        ...(mode === 'http' ? { SLACK_SIGNING_SECRET: signing } : { SLACK_APP_TOKEN: workspace.appToken }),
        SLACK_API_URL: workspace.apiUrl,
        ALERTMANAGER_TOKEN: token,
        REDIS_MEDIC_LISTEN: `127.0.0.1:${ops}`,
        REDIS_MEDIC_SLACK_LISTEN: `127.0.0.1:${slack}`,
        ...env,
      },
      readyUrl: `${url}/readyz`,
      onTrouble: () => {},
    });
  let bot = await start();
  const startsAt = new Date().toISOString();
  const all = () => workspace.messages(INCIDENTS_CHANNEL).flatMap((root) => [root, ...workspace.thread(root.ts)]);
  /** Waits; in vain, it tells what the bot logged last. */
  const wait = async <T>(look: () => T, what: string) => {
    try {
      return await workspace.waitFor(look, { timeoutMs: 60_000, what });
    } catch (error) {
      const log = (await readFile(logFile, 'utf8')).split('\n').slice(-12).join('\n');
      throw new Error(`${(error as Error).message}\n${log}`);
    }
  };
  const whole: Whole = {
    workspace,
    configFile,
    get bot() {
      return bot;
    },
    async alert(target, status = 'firing') {
      const labels = { alertname: 'RedisTrouble', service: target, severity: 'critical' };
      const alert = {
        status,
        labels,
        annotations: { summary: `${target} is in trouble` },
        startsAt,
        fingerprint: `f-${target}`,
      };
      const response = await fetch(`${url}/hooks/alertmanager`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ version: '4', status, receiver: 'medic', groupLabels: {}, alerts: [alert] }),
      });
      return response.status;
    },
    message: (key, fits = () => true) =>
      wait(
        () => all().findLast((message) => key.test(String(keyOf(message))) && fits(whole.text(message))),
        `a message ${key}`,
      ),
    card: (title) =>
      wait(
        () =>
          all().findLast(
            (message) =>
              String(keyOf(message)).endsWith('/card') &&
              title.test(whole.text(message)) &&
              /Proposed/.test(whole.text(message)),
          ),
        `a card ${title}`,
      ),
    async click(user, message, verb) {
      await workspace.click({ user, messageTs: message.ts, actionId: `rm:v1:${verb}` });
    },
    told: (user) =>
      all()
        .filter((message) => message.ephemeralTo === user)
        .map((message) => whole.text(message)),
    text: ({ text, blocks }) => `${text} ${JSON.stringify(blocks)}`,
    log: () => readFile(logFile, 'utf8'),
    async kill() {
      process.kill(bot.pid, 'SIGKILL');
      await bot.ended;
    },
    async restart() {
      bot = await start();
    },
    async stop() {
      await bot.stop();
      await workspace.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return whole;
}

function medicYml(targets: readonly TargetSpec[], more: readonly string[]): string {
  const entries = targets.map(({ name, servers, purpose, kind, more = [] }) =>
    [
      `  ${name}:`,
      `    kind: ${kind ?? (servers.length > 1 ? 'replication' : 'standalone')}`,
      `    nodes: [${servers.map(({ host, port }) => `'${host}:${port}'`).join(', ')}]`,
      `    purpose: ${purpose}`,
      '    memory_limit: 1gb',
      `    alerts: { labels: { service: ${name} } }`,
      ...more.map((line) => `    ${line}`),
    ].join('\n'),
  );
  return `targets:\n${entries.join('\n')}\napprovers:\n  users: [${ALEX}, ${SAM}]\nslack:\n  channel: ${INCIDENTS_CHANNEL}\nwindow_s: 1\n${more.join('\n')}\n`;
}
