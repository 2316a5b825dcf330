import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALEX, GENERAL_CHANNEL, INCIDENTS_CHANNEL, OLLI, RILEY, SAM } from '../../demo/cast.ts';
import { sign } from '../../demo/workspace/delivery.ts';
import { type Json, TEAM } from '../../demo/workspace/model.ts';
import { problem } from '../../src/domain/problem.ts';
import { makeSlack } from '../../src/slack/app.ts';
import { clock, freePort, type House, openHouse, SECRET } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.stop());

async function slash(text: string, user = RILEY): Promise<string> {
  const delivery = await house.workspace.slash({ user, channel: INCIDENTS_CHANNEL, text });
  expect(delivery.error).toBeNull();
  expect(delivery.ms).toBeLessThan(3000);
  const answer = delivery.body as { response_type: string; text: string };
  expect(answer.response_type).toBe('ephemeral');
  return answer.text;
}

describe('slash commands', () => {
  test.each([
    ['help', '/redis diagnose &lt;target&gt;'],
    ['', '/redis status'],
    ['status', 'No open incidents'],
    ['targets', '*2 targets*'],
    ['targets', 'owners: <@U0OWNER01> <@U0OWNER02>'],
    ['runs', 'Nothing has been run yet'],
    ['undo', 'Say which run, such as'],
    ['undo run_0000000099', 'This run is not known here'],
    ['auto', 'Nothing runs by itself: no target of medic.yml has `auto`'],
    ['auto stop', 'I do not know "stop"'],
    ['STATUS', 'No open incidents'],
    ['  \u00A0status\u200B  now ', 'No open incidents'],
    ['“targets”', '*2 targets*'],
  ])('/redis %s is answered to the asker', async (text, expected) => {
    expect(await slash(text)).toContain(expected);
  });

  test.each([
    ['statsu', 'Did you mean `/redis status`?'],
    ['diagnos prod-cache', 'Did you mean `/redis diagnose &lt;target&gt;`?'],
    ['<!channel>', 'I do not know "&lt;!channel&gt;"'],
    [`${'x'.repeat(4000)}`, 'I do not know'],
  ])('/redis %s gets a hint and the list', async (text, expected) => {
    const answer = await slash(text);
    expect(answer).toContain(expected);
    expect(answer).toContain('/redis help');
  });

  test.each([
    ['diagnose', 'Which target? Known targets: prod-cache, prod-orders.'],
    ['diagnose prod-cahce', 'Did you mean `/redis diagnose prod-cache`?'],
    ['diagnose nothing-like-it', 'Known targets: prod-cache, prod-orders.'],
  ])('/redis %s names the targets', async (text, expected) => {
    expect(await slash(text)).toContain(expected);
    expect(house.queued.diagnoses).toEqual([]);
  });

  test('/redis diagnose opens one thread, says where, and status links to it', async () => {
    expect(await slash('diagnose ‘Prod-Cache’')).toContain(`<#${INCIDENTS_CHANNEL}>`);
    await slash('diagnose prod-cache');
    expect(new Set(house.queued.diagnoses).size).toBe(1);
    const root = await house.workspace.waitFor(() =>
      house.workspace.messages(INCIDENTS_CHANNEL).find((message) => message.text.includes('prod-cache: reading')),
    );
    const status = await slash('status');
    expect(status).toContain('*1 open incident*');
    expect(status).toContain(`/archives/${INCIDENTS_CHANNEL}/p${root.ts.replace('.', '')}|thread>`);
  });

  test('a thread is in the channel of its target, wherever it was asked for: alerts join it later', async () => {
    const other = await openHouse();
    const delivery = await other.workspace.slash({ user: OLLI, channel: GENERAL_CHANNEL, text: 'diagnose prod-cache' });
    expect((delivery.body as Json).text).toContain(`The thread is in <#${INCIDENTS_CHANNEL}>`);
    await other.workspace.waitFor(() => other.workspace.messages(INCIDENTS_CHANNEL).length > 0);
    await other.stop();
  });

  test('only approvers pause and resume', async () => {
    expect(await slash('pause deploy running', OLLI)).toContain('Only approvers');
    expect(await slash('pause deploy <b>', SAM)).toContain('Paused');
    expect(await slash('status', OLLI)).toMatch(/Paused\* by <@U0SAM0000>.*deploy &lt;b&gt;/);
    expect(await slash('resume', OLLI)).toContain('Only approvers');
    expect(await slash('resume', ALEX)).toContain('run again');
    expect(await slash('status')).toContain('Approved plans run');
  });

  test('approvers stop and start what runs by itself', async () => {
    expect(await slash('auto pause', OLLI)).toContain('Only approvers');
    expect(await slash('auto pause deploying', ALEX)).toContain('Nothing runs by itself until');
    expect(await house.ports.store.transaction((tx) => tx.autoPaused())).toMatchObject({ reason: 'deploying' });
    expect(await slash('status')).toContain('Running by itself is *paused*');
    expect(await slash('auto resume', ALEX)).toContain('does so again');
    expect(await house.ports.store.transaction((tx) => tx.autoPaused())).toBeNull();
  });
});

describe('requests', () => {
  const body = new URLSearchParams({
    command: '/redis',
    text: 'pause',
    user_id: ALEX,
    team_id: TEAM.id,
    channel_id: INCIDENTS_CHANNEL,
    response_url: 'http://127.0.0.1:1/',
  }).toString();

  function send(signature: (timestamp: string) => string, age = 0): Promise<Response> {
    const timestamp = String(Math.floor(Date.now() / 1000) - age);
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature(timestamp),
    };
    return fetch(house.url, { method: 'POST', headers, body });
  }

  test('without a right, fresh signature nothing is done', async () => {
    expect((await send(() => 'v0=00')).status).toBe(401);
    expect((await send((timestamp) => sign('another secret', timestamp, body))).status).toBe(401);
    expect((await send((timestamp) => sign(SECRET, timestamp, body), 600)).status).toBe(401);
    expect((await fetch(house.url, { method: 'POST', body })).status).toBe(401);
    expect(await house.ports.store.transaction((tx) => tx.paused())).toBeNull();
  });

  test('what is unknown is not found', async () => {
    expect((await fetch(house.url.replace('/slack/events', '/metrics'))).status).toBe(404);
  });
});

describe('the Home tab', () => {
  test('shows the fleet, and its button starts a diagnosis', async () => {
    const before = house.queued.diagnoses.length;
    await house.workspace.openHome(RILEY);
    const view = await house.workspace.waitFor(() => house.workspace.home(RILEY));
    expect(JSON.stringify(view.content)).toContain('*prod-orders* standalone, production\\nnot looked at yet');
    const value = JSON.stringify({ target: 'prod-orders' });
    await house.workspace.click({ user: RILEY, actionId: 'rm:v1:diagnose', viewId: view.id, value });
    await house.workspace.waitFor(() => house.workspace.views(RILEY).length > 0);
    expect(JSON.stringify(house.workspace.views(RILEY)[0]?.content)).toContain('Diagnosing prod-orders');
    expect(house.queued.diagnoses.length).toBe(before + 1);
    await expect
      .poll(() => JSON.stringify(house.workspace.home(RILEY)?.content))
      .toContain('*prod-orders* reading the servers');
  });
});

describe('when the store is slow or broken', () => {
  test('the answer follows the acknowledgement', async () => {
    const { store } = house.ports;
    const transaction = store.transaction.bind(store);
    store.transaction = async (work) => {
      await clock.sleep(2500);
      return transaction(work);
    };
    try {
      expect(await slash('status')).toBe('Working on it…');
    } finally {
      store.transaction = transaction;
    }
    await house.workspace.waitFor(() =>
      house.workspace
        .messages(INCIDENTS_CHANNEL)
        .find((message) => message.ephemeralTo === RILEY && message.text.includes('open incident')),
    );
  });

  test('the asker is told, without details', async () => {
    const { store } = house.ports;
    const transaction = store.transaction.bind(store);
    store.transaction = () => Promise.reject(new Error('password is hunter2'));
    try {
      const answer = await slash('runs');
      expect(answer).toContain('Something broke on our side');
      expect(answer).not.toContain('hunter2');
    } finally {
      store.transaction = transaction;
    }
    expect(house.broken).toContain('a request of Slack failed');
  });

  test('a problem that a person can repair is told in its own words', async () => {
    const view = await house.workspace.waitFor(() => house.workspace.home(RILEY));
    const { store } = house.ports;
    const transaction = store.transaction.bind(store);
    store.transaction = () => Promise.reject(problem('store-unreachable', 'at <here>', 'it & its disk are gone'));
    try {
      const value = JSON.stringify({ target: 'prod-orders' });
      await house.workspace.click({ user: SAM, actionId: 'rm:v1:diagnose', viewId: view.id, value });
      await house.workspace.waitFor(() => house.workspace.views(SAM).length > 0);
    } finally {
      store.transaction = transaction;
    }
    const told = JSON.stringify(house.workspace.views(SAM).at(-1)?.content.blocks);
    expect(told).toContain('at &lt;here&gt; cannot be used: it &amp; its disk are gone');
  });
});

describe('connecting', () => {
  test('a refused token is a problem with its reason', async () => {
    const options = await elsewhere({ botToken: 'xoxb-wrong' });
    await expect(makeSlack(options).listen(house.ports)).rejects.toMatchObject({
      code: 'slack-refused',
      message: expect.stringContaining('invalid_auth'),
    });
  });

  test('a refused app-level token is a problem of its own', async () => {
    const options = await elsewhere({ mode: { kind: 'socket', appToken: 'xapp-wrong' } });
    await expect(makeSlack(options).listen(house.ports)).rejects.toMatchObject({ code: 'slack-app-token-refused' });
  });

  test('a taken port is a problem that names it', async () => {
    const port = Number(new URL(house.url).port);
    const options = await elsewhere({ mode: { kind: 'http', signingSecret: SECRET, host: '127.0.0.1', port } });
    await expect(makeSlack(options).listen(house.ports)).rejects.toMatchObject({
      code: 'slack-cannot-listen',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });

  test('an unreachable Slack is tried again until it answers', async () => {
    let down = true;
    const flaky: typeof fetch = (url, init) =>
      down ? Promise.reject(new TypeError('fetch failed')) : fetch(url, init);
    const slack = makeSlack(await elsewhere({ fetch: flaky as never }));
    const listening = await slack.listen(house.ports);
    expect(listening.ready()).toBe(false);
    down = false;
    await expect.poll(() => listening.ready(), { timeout: 10_000 }).toBe(true);
    await listening.stop();
    expect(listening.ready()).toBe(false);
  });

  test.each(['a Slack that hangs', 'a connection that says nothing'])('%s does not hold up stopping', async (what) => {
    const other = await openHouse();
    const socket = connect(Number(new URL(other.url).port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    if (what === 'a Slack that hangs') {
      socket.destroy();
      other.workspace.faults({ method: '*', kind: 'timeout', times: 100 });
      await other.workspace.slash({ user: RILEY, channel: INCIDENTS_CHANNEL, text: 'diagnose prod-cache' });
      await other.workspace.waitFor(() => other.workspace.calls.includes('chat.postMessage'));
    }
    const began = performance.now();
    await other.listening.stop();
    expect(performance.now() - began).toBeLessThan(2000);
    socket.destroy();
    await other.stop();
  });

  async function elsewhere(different: Partial<Parameters<typeof makeSlack>[0]>) {
    const port = await freePort();
    return {
      mode: { kind: 'http', signingSecret: SECRET, host: '127.0.0.1', port } as const,
      botToken: house.workspace.botToken,
      apiUrl: house.workspace.apiUrl,
      approvers: { users: [], groups: [] },
      clock,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      ...different,
    };
  }
});

test('Socket Mode answers the same, and comes back after a dropped connection', async () => {
  const other = await openHouse({ mode: 'socket' });
  try {
    expect(other.listening.ready()).toBe(true);
    const ask = () => other.workspace.slash({ user: RILEY, channel: INCIDENTS_CHANNEL, text: 'targets' });
    expect(((await ask()).body as Json).text).toContain('*2 targets*');
    other.workspace.sockets.drop();
    await expect.poll(() => other.listening.ready(), { timeout: 2000 }).toBe(false);
    await expect.poll(() => other.listening.ready(), { timeout: 15_000 }).toBe(true);
    expect(((await ask()).body as Json).text).toContain('*2 targets*');
  } finally {
    await other.stop();
  }
});
