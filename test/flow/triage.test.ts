import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TargetName } from '../../src/domain/ids.ts';
import type { Signal } from '../../src/domain/signal.ts';
import type { Sighting } from '../../src/domain/source.ts';
import type { Target } from '../../src/domain/target.ts';
import type { Ports } from '../../src/flow/ports.ts';
import { openByCommand, receive, targetOf } from '../../src/flow/triage.ts';
import type { OpenStore } from '../../src/io/store/store.ts';
import alertmanager from '../../src/sources/alertmanager.ts';
import { freshStore } from '../support/databases.ts';
import { RILEY } from '../support/proposal.ts';
import { realPorts } from '../support/real-ports.ts';

let store: OpenStore;
let ports: Ports;
let woken: string[] = [];

beforeAll(async () => {
  store = await freshStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  woken = [];
  const real = await realPorts(
    store,
    [target('cache', { service: 'cache' }), target('orders', { service: 'orders' })],
    [],
  );
  ports = {
    ...real,
    queue: { run: async () => {}, diagnose: async (id) => void woken.push(id), keys: async () => {} },
  };
});

function target(name: string, alertLabels: Record<string, string>): Target {
  return {
    name: TargetName.parse(name),
    kind: 'standalone',
    seeds: [{ host: '127.0.0.1', port: 1 }],
    credentials: {},
    objectives: {},
    environment: 'production',
    owners: [],
    alertLabels,
    thresholds: {},
  };
}

let made = 0;
function signal(different: Partial<Signal> = {}): Sighting & { kind: 'signal' } {
  made += 1;
  return {
    kind: 'signal',
    signal: {
      source: 'alertmanager',
      fingerprint: `f-${made}`,
      status: 'firing',
      startsAt: 1000,
      name: 'RedisDown',
      summary: '',
      labels: { service: 'cache' },
      ...different,
    },
  };
}

async function openIncidents(): Promise<number> {
  return (await store.transaction((tx) => tx.incidents({ state: 'open', limit: 100 }))).length;
}

async function resolveAll(): Promise<void> {
  await store.transaction(async (tx) => {
    for (const incident of await tx.incidents({ state: 'open', limit: 100 })) {
      await tx.saveIncident({ ...incident, state: 'resolved', resolvedAt: 1 });
    }
  });
}

describe('alerts', () => {
  beforeEach(resolveAll);

  test('a firing alert opens one incident of its target and wakes its diagnosis', async () => {
    expect(await receive(ports, 'alertmanager', [signal(), signal()])).toEqual({ stored: 2, known: 0, rejected: 0 });
    expect(await openIncidents()).toBe(1);
    expect(new Set(woken).size).toBe(1);
  });

  test('the same alert again is known and changes nothing', async () => {
    const alert = signal();
    await receive(ports, 'alertmanager', [alert]);
    woken = [];
    expect(await receive(ports, 'alertmanager', [alert, alert])).toEqual({ stored: 0, known: 2, rejected: 0 });
    expect(woken).toEqual([]);
  });

  test('a resolve closes the incident once the last of its alerts has resolved', async () => {
    const [one, other] = [signal(), signal()];
    await receive(ports, 'alertmanager', [one, other]);
    await receive(ports, 'alertmanager', [signal({ ...one.signal, status: 'resolved' })]);
    expect(await openIncidents()).toBe(1);
    await receive(ports, 'alertmanager', [signal({ ...other.signal, status: 'resolved' })]);
    expect(await openIncidents()).toBe(0);
  });

  test('a resolve of what never fired, and an alert of no target, are stored and open nothing', async () => {
    const odd = [signal({ status: 'resolved' }), signal({ labels: { service: 'unknown' } }), signal({ labels: {} })];
    expect(await receive(ports, 'alertmanager', odd)).toEqual({ stored: 3, known: 0, rejected: 0 });
    expect(await openIncidents()).toBe(0);
  });

  test('a rejected alert does not hold up its siblings', async () => {
    const alerts: Sighting[] = [{ kind: 'rejected', reason: 'no status' }, signal()];
    expect(await receive(ports, 'alertmanager', alerts)).toEqual({ stored: 1, known: 0, rejected: 1 });
  });

  test('when the store fails half way, sending the body again stores the rest', async () => {
    const alerts = [signal(), signal(), signal()];
    let transactions = 0;
    const failing: Ports = {
      ...ports,
      store: {
        ...store,
        transaction: (work) => (++transactions > 2 ? Promise.reject(new Error('disk full')) : store.transaction(work)),
      },
    };
    await expect(receive(failing, 'alertmanager', alerts)).rejects.toThrow('disk full');
    expect(await receive(ports, 'alertmanager', alerts)).toEqual({ stored: 1, known: 2, rejected: 0 });
    expect(await openIncidents()).toBe(1);
    expect(woken).toHaveLength(1);
  });

  test('two bodies at once open one incident', async () => {
    await Promise.all([receive(ports, 'alertmanager', [signal()]), receive(ports, 'alertmanager', [signal()])]);
    expect(await openIncidents()).toBe(1);
  });

  test('whatever the body, every alert of it is stored, known or rejected, and none twice', {
    timeout: 60_000,
  }, async () => {
    const alert = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          status: fc.constantFrom('firing', 'resolved', 'odd', 1),
          labels: fc.dictionary(fc.string(), fc.string()),
          annotations: fc.jsonValue(),
          startsAt: fc.constantFrom('2026-01-01T00:00:00Z', 'x', null),
          fingerprint: fc.string({ maxLength: 4 }),
        },
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(alert, { maxLength: 4 }), async (alerts) => {
        const sightings = alertmanager.read(JSON.parse(JSON.stringify({ version: '4', alerts })));
        if (typeof sightings === 'string') throw new Error(sightings);
        expect(sightings).toHaveLength(alerts.length);
        const first = await receive(ports, 'alertmanager', sightings);
        expect(first.stored + first.known + first.rejected).toBe(alerts.length);
        expect((await receive(ports, 'alertmanager', sightings)).stored).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the target of an alert', () => {
  const targets = new Map(
    [
      target('cache', { service: 'cache' }),
      target('cache-eu', { service: 'cache', region: 'eu' }),
      target('bare', {}),
    ].map((one) => [one.name, one]),
  );

  test.each([
    { labels: { service: 'cache' }, want: 'cache' },
    { labels: { service: 'cache', region: 'eu' }, want: 'cache-eu' },
    { labels: { service: 'cache', region: 'us' }, want: 'cache' },
    { labels: { region: 'eu' }, want: undefined },
    { labels: {}, want: undefined },
  ])('$labels belongs to $want', ({ labels, want }) => {
    expect(targetOf(targets, signal({ labels: labels as Record<string, string> }).signal)?.name).toBe(want);
  });
});

test('/redis diagnose joins the open incident, and names the known targets for an unknown one', async () => {
  const ask = { target: TargetName.parse('orders'), by: RILEY };
  const first = await openByCommand(ports, ask);
  expect(first).toMatchObject({ requestedBy: RILEY, channel: 'C0000000001' });
  expect((await openByCommand(ports, ask)).id).toBe(first.id);
  await expect(openByCommand(ports, { ...ask, target: TargetName.parse('order') })).rejects.toThrow('cache, orders');
});
