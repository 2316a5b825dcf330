/**
 * Memory of the whole bot on a PostgreSQL of its own, at rest and while it copies a server of about 1 GB by schedule, in two
 * figures: all that is resident, and what is its own, without the pages of the Node program, which the kernel shares and can
 * drop. The bound of the project, 150 MB, is on its own while it copies. Then what the embedded database takes instead.
 * Argument: how many keys of 1 KB, 900000 by default.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBot } from '../demo/bot.ts';
import { CAST, INCIDENTS_CHANNEL } from '../demo/cast.ts';
import { freePort, startRedis } from '../demo/redis-server.ts';
import { startWorkspace } from '../demo/workspace/workspace.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { fillWithTexts } from './fill.ts';

const KEYS = Number(process.argv[2] ?? 900_000);
const MOST_MEGABYTES = 150;
const SETTLE_MS = 20_000;
const LOOK_MS = 50;

const folder = await mkdtemp(join(tmpdir(), 'redis-medic-bench-'));
const backups = join(folder, 'backups');
const server = await startRedis();
const postgres = await startPostgres();
const workspace = await startWorkspace(CAST);
const [ops, slack] = [await freePort(), await freePort()];
const configFile = join(folder, 'medic.yml');
const medicFile = (more: string) => `targets:
  prod:
    nodes: ['127.0.0.1:${server.port}']
${more}
slack: { channel: ${INCIDENTS_CHANNEL} }
data: ./data
`;

/** The most memory that it had, in MB. */
interface Peak {
  resident: number;
  own: number;
}

/** Starts the bot and gives the most memory that it had until it was over; its own from when it was ready. */
async function memoryWhile(env: Readonly<Record<string, string>>, over: () => Promise<unknown>): Promise<Peak> {
  const bot = await startBot({
    configFile,
    folder,
    logFile: join(folder, 'bot.log'),
    env: {
      SLACK_BOT_TOKEN: workspace.botToken,
      SLACK_SIGNING_SECRET: 'not-used-by-anyone-in-this-bench',
      SLACK_API_URL: workspace.apiUrl,
      REDIS_MEDIC_LISTEN: `127.0.0.1:${ops}`,
      REDIS_MEDIC_SLACK_LISTEN: `127.0.0.1:${slack}`,
      ...env,
    },
    readyUrl: `http://127.0.0.1:${ops}/readyz`,
    onTrouble: (line) => process.stderr.write(`${line}\n`),
  });
  const peak: Peak = { resident: 0, own: 0 };
  const look = () => {
    const status = readFileSync(`/proc/${bot.pid}/status`, 'utf8');
    peak.resident = megabytes(status, 'VmHWM');
    peak.own = Math.max(peak.own, megabytes(status, 'RssAnon'));
  };
  const looking = setInterval(look, LOOK_MS);
  await over();
  clearInterval(looking);
  await bot.stop();
  return peak;
}

function megabytes(status: string, line: 'VmHWM' | 'RssAnon'): number {
  return Math.round(Number(new RegExp(`${line}:\\s*(\\d+)`).exec(status)?.[1]) / 1024);
}

async function backedUp(): Promise<void> {
  for (let left = 600; left > 0; left -= 1) {
    const names = await readdir(backups).catch(() => []);
    if (names.some((name) => name.endsWith('.json'))) return sleep(SETTLE_MS);
    await sleep(200);
  }
  throw new Error('no backup was taken');
}

try {
  await fillWithTexts(server, KEYS);
  await writeFile(configFile, medicFile(''));
  const resting = await memoryWhile({ DATABASE_URL: await postgres.database() }, () => sleep(SETTLE_MS));
  await writeFile(configFile, medicFile(`    backup: { schedule: every 1h }\nbackups: { folder: ${backups} }`));
  const copying = await memoryWhile({ DATABASE_URL: await postgres.database() }, backedUp);
  await writeFile(configFile, medicFile(''));
  const embedded = await memoryWhile({}, () => sleep(SETTLE_MS));
  const kept = copying.own < MOST_MEGABYTES ? 'kept' : 'MISSED';
  process.stdout.write(
    `the bot at rest: ${told(resting)}; while it backs up ${KEYS} keys: ${told(copying)}; bound ${MOST_MEGABYTES} MB of its own: ${kept}\n` +
      `with the embedded database, which it makes first: ${told(embedded)}\n`,
  );
} finally {
  await workspace.stop();
  await server.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

function told({ resident, own }: Peak): string {
  return `at most ${resident} MB, ${own} MB of its own`;
}
