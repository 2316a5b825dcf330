import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { Backup } from '../../src/domain/backup.ts';
import { TargetName } from '../../src/domain/ids.ts';
import { backupDeeds } from '../../src/flow/backup/deeds.ts';
import { takeBackup } from '../../src/flow/backup/take.ts';
import { vote } from '../../src/flow/decide.ts';
import type { Carrier, Ports, Servers } from '../../src/flow/ports.ts';
import { proposeByHand } from '../../src/flow/propose-by-hand.ts';
import { executeRun } from '../../src/flow/run/execute.ts';
import { recoverRuns } from '../../src/flow/run/recover.ts';
import type { OpenStore } from '../../src/io/store/store.ts';
import { freshStore } from '../support/databases.ts';
import { fillWithEveryType } from '../support/every-type.ts';
import { ALEX, OLLI, RILEY, SAM } from '../support/proposal.ts';
import { realPorts } from '../support/real-ports.ts';
import { plainTarget } from '../support/target.ts';
import { within } from '../support/within.ts';
import { startWorks, type TestWorks } from '../support/works.ts';

/** Round trips after which redis-medic dies. */
const LIVES = 6;

let works: TestWorks;
let store: OpenStore;
let server: RedisServer;
let backup: Backup;
let digest: unknown;
const NAME = TargetName.parse('restarted');
const target = () => plainTarget({ name: NAME, seeds: [server], memoryLimitBytes: 2 ** 30 });

beforeAll(async () => {
  works = await startWorks();
  store = await freshStore();
  server = await startRedis();
  await fillWithEveryType(server);
  digest = await server.send('DEBUG', 'DIGEST');
  const taken = await takeBackup(works.works, { target: target(), node: server, reason: { kind: 'manual' } });
  if (taken.kind !== 'taken') throw new Error(taken.because);
  backup = taken.backup;
}, 60_000);
afterAll(async () => {
  await server.stop();
  await store.close();
  await works.close();
});

/** Ports of a process that ends after some round trips with keys: nothing that it does leaves it from then on. */
async function mortalPorts(): Promise<{ ports: Ports; dead: Promise<void> }> {
  const end = Promise.withResolvers<void>();
  let alive = true;
  let left = LIVES;
  const forEver = () => new Promise<never>(() => {});
  const { servers } = works.works;
  const carry: Servers['carry'] = async (...to) => {
    const opened = await servers.carry(...to);
    if (opened.kind === 'refused') return opened;
    const send: Carrier['send'] = async (commands) => {
      if (!alive) return forEver();
      const sent = await opened.session.send(commands);
      left -= 1;
      if (left > 0) return sent;
      alive = false;
      opened.session.close();
      end.resolve();
      return forEver();
    };
    return { kind: 'open', session: { ...opened.session, send } };
  };
  const deeds = backupDeeds({
    works: { ...works.works, servers: { ...servers, carry } },
    hosts: works.hosts,
    serve: works.settings.serve,
  });
  const ports = await realPorts(store, [target()], [ALEX, SAM, OLLI], { deeds, ledger: works.works.catalog });
  const transaction: Ports['store']['transaction'] = async (work) => {
    const result = alive ? await store.transaction(work) : await forEver();
    return alive ? result : forEver();
  };
  const { shelves } = ports;
  const playbooks = new Map([...shelves.playbooks].map(([id, loaded]) => [id, within(loaded, 1)]));
  return {
    ports: { ...ports, store: { ...store, transaction }, shelves: { ...shelves, playbooks } },
    dead: end.promise,
  };
}

test.each([
  ['keep', 'what was put back before is kept now'],
  ['replace', 'all is replaced anew'],
] as const)(
  'a restart in the middle, %s: the run goes on and all is there; %s',
  {
    timeout: 120_000,
  },
  async (existing, _told) => {
    await server.send('FLUSHALL');
    await server.send('SET', 'new', 'written since');
    const first = await mortalPorts();
    const values = { backup: backup.id, existing };
    const asked = await proposeByHand(first.ports, { playbook: 'restore-keys', target: NAME, by: RILEY, values });
    if (asked.kind === 'refused') throw new Error(asked.sentence);
    const { id, digest: plan, risk } = asked.proposal;
    expect(risk).toBe(existing === 'keep' ? 'disruptive' : 'destructive');
    const typed = risk === 'destructive' ? NAME : null;
    for (const by of risk === 'destructive' ? [ALEX, SAM] : [ALEX]) {
      await vote(first.ports, { proposal: id, digest: plan, by, verdict: 'approve', reason: null, typed });
    }
    const run = await store.transaction((tx) => tx.runOf(id));
    if (!run) throw new Error('not approved');
    void executeRun(first.ports, run.id);
    await first.dead;
    const there = Number(await server.send('DBSIZE'));
    expect(there).toBeGreaterThan(1);
    expect(there).toBeLessThan(900);

    const { deeds } = works;
    const second = await realPorts(store, [target()], [ALEX, SAM, OLLI], { deeds, ledger: works.works.catalog });
    await Promise.all(await recoverRuns(second, true));
    const ended = await store.transaction((tx) => tx.run(run.id));
    expect(ended).toMatchObject({ state: 'finished', verdict: 'verified' });
    const rows = await store.transaction((tx) => tx.stepsOf(run.id));
    const told = rows.find(({ command }) => command?.argv[1] === 'restore-keys')?.reply ?? '';
    const [, put = '0', kept = '0'] = /^(\d+) keys put back \([^)]*\)(?:, (\d+) were there and kept)?/.exec(told) ?? [];
    expect(Number(put) + Number(kept)).toBe(926);
    expect(Number(kept) > 0).toBe(existing === 'keep');
    expect(await server.send('GET', 'new')).toBe('written since');
    await server.send('DEL', 'new');
    expect(await server.send('DEBUG', 'DIGEST')).toBe(digest);
  },
);
