import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bot, startBot } from './bot.ts';
import { CAST } from './cast.ts';
import { startAlerts } from './fleet/alerts.ts';
import { type Fleet, startFleet } from './fleet/fleet.ts';
import { medicFile } from './medic-file.ts';
import { fleetPanel } from './panel.ts';
import { freePort } from './redis-server.ts';
import { startWorkspace, type Workspace } from './workspace/workspace.ts';

export interface Demo {
  /** Open this in a browser. */
  url: string;
  workspace: Workspace;
  fleet: Fleet;
  bot: Bot;
  /** Where hooks, health and metrics of the bot answer. */
  botUrl: string;
  configFile: string;
  logFile: string;
  /** Ends everything and removes the folder. */
  stop(): Promise<void>;
}

export interface Telling {
  progress: (step: string) => void;
  trouble: (what: string) => void;
}

/** Starts servers, page and bot; rejects, with everything ended again, when one of them does not come up. */
export async function startDemo(tell: Telling): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-medic-demo-'));
  const ends: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true, maxRetries: 5 })];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    tell.progress('Starting four Redis servers');
    const fleet = await startFleet();
    ends.push(() => fleet.stop());
    tell.progress('Opening the pretend Slack workspace');
    const workspace = await startWorkspace({ ...CAST, rateLimits: true, panel: fleetPanel(fleet) });
    ends.push(() => workspace.stop());
    tell.progress('Starting the bot, as in production');
    const configFile = join(folder, 'medic.yml');
    const logFile = join(folder, 'bot.log');
    await writeFile(configFile, medicFile(fleet.servers));
    const [ops, slack] = [await freePort(), await freePort()];
    const secrets = { signing: randomBytes(16).toString('hex'), alertmanager: randomBytes(16).toString('hex') };
    const botUrl = `http://127.0.0.1:${ops}`;
    workspace.connectApp(`http://127.0.0.1:${slack}/slack/events`, secrets.signing);
    const bot = await startBot({
      configFile,
      folder,
      logFile,
      env: {
        SLACK_BOT_TOKEN: workspace.botToken,
        SLACK_SIGNING_SECRET: secrets.signing,
        SLACK_API_URL: workspace.apiUrl,
        ALERTMANAGER_TOKEN: secrets.alertmanager,
        REDIS_MEDIC_LISTEN: `127.0.0.1:${ops}`,
        REDIS_MEDIC_SLACK_LISTEN: `127.0.0.1:${slack}`,
      },
      readyUrl: `${botUrl}/readyz`,
      onTrouble: tell.trouble,
    });
    ends.push(() => bot.stop());
    const hook = {
      url: `${botUrl}/hooks/alertmanager`,
      token: secrets.alertmanager,
      onTrouble: (why: string) => tell.trouble(`An alert was not delivered: ${why}`),
    };
    ends.push(startAlerts(fleet, hook));
    return { url: workspace.url, workspace, fleet, bot, botUrl, configFile, logFile, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
