import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ALEX, APPROVERS_GROUP, CAST, INCIDENTS_CHANNEL } from '../../demo/cast.ts';
import { startWorkspace, type Workspace, type WorkspaceOptions } from '../../demo/workspace/workspace.ts';
import { type IncidentId, makeIds, type RunId, SlackUserId, TargetName } from '../../src/domain/ids.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Target } from '../../src/domain/target.ts';
import type { Clock, Ports } from '../../src/flow/ports.ts';
import { type Listening, makeSlack, type SlackOptions } from '../../src/slack/app.ts';
import { freshStore } from '../support/databases.ts';

export const SECRET = 'a-signing-secret';

export const clock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal ? { signal } : {});
  },
};

export interface House {
  workspace: Workspace;
  ports: Ports;
  listening: Listening;
  url: string;
  /** What was queued. */
  queued: { runs: RunId[]; diagnoses: IncidentId[]; keys: IncidentId[] };
  /** What was logged as an error. */
  broken: string[];
  stop(): Promise<void>;
}

/** The Slack room with a real store, between a pretend workspace and a queue and servers that do nothing. */
export async function openHouse(
  different: {
    mode?: 'http' | 'socket';
    workspace?: Partial<WorkspaceOptions>;
    slack?: Partial<SlackOptions>;
    ports?: Partial<Ports>;
  } = {},
): Promise<House> {
  const workspace = await startWorkspace({ ...CAST, ...different.workspace });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/slack/events`;
  if (different.mode !== 'socket') workspace.connectApp(url, SECRET);
  const broken: string[] = [];
  const queued: House['queued'] = { runs: [], diagnoses: [], keys: [] };
  const log = { debug() {}, info() {}, warn() {}, error: (_: object, sentence: string) => void broken.push(sentence) };
  const slack = makeSlack({
    mode:
      different.mode === 'socket'
        ? { kind: 'socket', appToken: workspace.appToken }
        : { kind: 'http', signingSecret: SECRET, host: '127.0.0.1', port },
    botToken: workspace.botToken,
    apiUrl: workspace.apiUrl,
    approvers: { users: [SlackUserId.parse(ALEX)], groups: [APPROVERS_GROUP] },
    clock,
    log,
    ...different.slack,
  });
  const store = await freshStore();
  const ports: Ports = {
    store,
    queue: {
      run: async (id) => void queued.runs.push(id),
      diagnose: async (id) => void queued.diagnoses.push(id),
      keys: async (id) => void queued.keys.push(id),
    },
    servers: {
      read: async () => ({ kind: 'refused', cause: 'unreachable', detail: 'no server here' }),
      readKeys: async () => ({ kind: 'refused', cause: 'unreachable', detail: 'no server here' }),
      inspect: async () => ({ kind: 'refused', cause: 'unreachable', detail: 'no server here' }),
      carry: async () => ({ kind: 'refused', cause: 'unreachable', detail: 'no server here' }),
      write: async () => ({ kind: 'refused', cause: 'unreachable', detail: 'no server here' }),
    },
    hosts: {
      open: async () => 'no host here',
      write: async () => ({ kind: 'refused', cause: 'unreachable', detail: 'no host here' }),
    },
    deeds: new Map(),
    face: slack.face,
    people: slack.people,
    shelves: {
      probes: new Map(),
      rules: new Map(),
      actions: new Map(),
      playbooks: new Map(),
      figures: new Map(),
      families: new Map(),
    },
    targets: new Map(['prod-cache', 'prod-orders'].map((name) => [TargetName.parse(name), targetOf(name)])),
    defaultChannel: INCIDENTS_CHANNEL,
    windowSeconds: 0,
    clock,
    ids: makeIds((below) => Math.floor(Math.random() * below)),
    log,
    meter: { count() {}, observe() {}, set() {} },
    ...different.ports,
  };
  const listening = await slack.listen(ports);
  const stop = async () => {
    await listening.stop();
    await store.close();
    await workspace.stop();
  };
  return { workspace, ports, listening, url, queued, broken, stop };
}

function targetOf(name: string): Target {
  return {
    name: TargetName.parse(name),
    kind: 'standalone',
    seeds: [{ host: '10.0.0.1', port: 6379 }],
    credentials: {},
    objectives: {},
    environment: 'production',
    owners: [SlackUserId.parse('U0OWNER01'), SlackUserId.parse('U0OWNER02')],
    alertLabels: {},
    thresholds: {},
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export function incidentOf(different: Partial<Incident> = {}): Incident {
  return {
    id: 'inc_0000000001' as IncidentId,
    target: TargetName.parse('prod-cache'),
    channel: INCIDENTS_CHANNEL,
    state: 'open',
    openedBy: 'alert RedisOutOfMemory',
    requestedBy: null,
    openedAt: Date.now(),
    resolvedAt: null,
    resolution: null,
    report: null,
    trouble: null,
    ...different,
  };
}
