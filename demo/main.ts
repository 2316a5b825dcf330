import { spawn } from 'node:child_process';
import { startDemo } from './start-demo.ts';

/** `npm run demo`: everything on loopback, from the servers to the bot, until Ctrl-C. */
const started = performance.now();
const say = (line: string) => void process.stdout.write(`${line}\n`);
const trouble = (line: string) => void process.stderr.write(`! ${line}\n`);

// A second Ctrl-C ends at once: what we started notices that we are gone, and ends too.
let signals = 0;
const asked = Promise.withResolvers<'asked'>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    signals += 1;
    if (signals > 1) process.exit(1);
    asked.resolve('asked');
  });
}

try {
  const demo = await startDemo({ progress: (step) => say(`· ${step}`), trouble });
  say(`
redis-medic is up after ${((performance.now() - started) / 1000).toFixed(1)} s. Open:

    ${demo.url}

  1. Press Break beside the chat. The servers are real, and so is the fault.
  2. Watch the thread: what is wrong, why, and the exact commands that would mend it.
  3. Become Alex (on the left) and press Approve.

The bot's log: ${demo.logFile}
Ctrl-C ends everything and leaves nothing behind.
`);
  openBrowser(demo.url);
  const end = await Promise.race([asked.promise, demo.bot.ended]);
  if (end === 'asked') say('Ending …');
  else trouble('The bot has ended by itself.');
  await demo.stop();
  process.exit(end === 'asked' ? 0 : 1);
} catch (error) {
  trouble(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

/** Only where there is a screen; without one the address above is enough. */
function openBrowser(url: string): void {
  const screen = process.platform === 'darwin' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!screen || !process.stdout.isTTY) return;
  const opener = spawn(process.platform === 'darwin' ? 'open' : 'xdg-open', [url], { stdio: 'ignore', detached: true });
  opener.on('error', () => undefined);
  opener.unref();
}
