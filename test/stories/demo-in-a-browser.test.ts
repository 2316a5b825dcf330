import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ALEX, INCIDENTS_CHANNEL } from '../../demo/cast.ts';
import { type Demo, startDemo } from '../../demo/start-demo.ts';

const CHROMIUM = process.env.CHROMIUM ?? onPath('chromium', 'chromium-browser', 'google-chrome');
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let demo: Demo;
let browser: Browser;
let page: Page;
const troubles: string[] = [];

beforeAll(async () => {
  demo = await startDemo({ progress: () => undefined, trouble: (what) => troubles.push(what) });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
  page.setDefaultTimeout(40_000);
  page.on('pageerror', (error) => troubles.push(`page: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(`console: ${message.text()}`);
  });
  await page.goto(demo.url);
}, 90_000);

afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

function onPath(...names: string[]): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const files = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return files.find((file) => existsSync(file)) ?? '/usr/bin/chromium';
}

const thread = () => page.getByRole('complementary', { name: 'Thread' });
const servers = () => page.getByRole('complementary', { name: 'Redis servers' });
const become = (name: string) => page.getByRole('button', { name: new RegExp(name) }).click();
const approve = () =>
  thread()
    .getByRole('button', { name: /^Approve/ })
    .first();

test('memory: broken by a click, diagnosed, refused to the outsider, approved by Alex, recovered', async () => {
  await servers().getByRole('button', { name: 'Break: Out of memory' }).click();
  await servers()
    .getByText(/refused: OOM/)
    .first()
    .waitFor();
  await approve().waitFor();
  await thread().getByText('oom-noeviction-writes-rejected').first().waitFor();

  await become('Olli Tamm');
  await approve().click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Approve/ })
    .click();
  await page.getByText('Only visible to you').first().waitFor();
  expect((await demo.fleet.look()).gauges[0]?.maxMemory).toBe(64 * 1024 * 1024);

  await become('Alex Okafor');
  if (process.env.SCREENSHOT === '1') {
    await page.setViewportSize({ width: 1500, height: 1200 });
    // The page draws the thread again when somebody else becomes the one who looks.
    await vi.waitFor(() => approve().scrollIntoViewIfNeeded());
    await page.screenshot({ path: 'docs/demo.png' });
  }
  await approve().click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Approve/ })
    .click();
  await thread().getByText('Alex Okafor').first().waitFor();
  await thread().getByText('verified').first().waitFor();
  await servers()
    .getByText(/refused: OOM/)
    .first()
    .waitFor({ state: 'detached' });

  await thread()
    .getByText(/Verified/)
    .first()
    .waitFor();
  expect((await demo.fleet.look()).gauges[0]?.maxMemory).toBeGreaterThan(64 * 1024 * 1024);
  expect(demo.workspace.messages(INCIDENTS_CHANNEL)).not.toEqual([]);
  expect(demo.workspace.sent.filter(({ delivery }) => delivery.error !== null)).toEqual([]);
  expect(troubles).toEqual([]);
}, 120_000);

test('keyboard alone: a slash command is completed and answered', async () => {
  await page.getByRole('combobox').focus();
  await page.keyboard.type('/redis h');
  await page.getByRole('option', { name: /\/redis help/ }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page
    .getByRole('log', { name: 'Messages', exact: true })
    .getByText(/diagnose/)
    .last()
    .waitFor();
  expect(demo.workspace.messages(INCIDENTS_CHANNEL).at(-1)).toMatchObject({ ephemeralTo: ALEX });
});

test("the app's Home tab lists the targets", async () => {
  await page.getByRole('button', { name: /redis-medic Home/ }).click();
  await page.getByRole('log', { name: 'Messages', exact: true }).getByText('prod-orders').first().waitFor();
  expect(demo.workspace.home(ALEX)).toBeDefined();
});
