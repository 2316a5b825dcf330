import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { sendTo } from '../../demo/redis-server.ts';
import { type RunId, TargetName } from '../../src/domain/ids.ts';
import { ACTIVE_RUN_STATES, type Run, type RunStep } from '../../src/domain/run.ts';
import { nodeName, type Target } from '../../src/domain/target.ts';
import { answerStep } from '../../src/flow/answer-step.ts';
import { policyFor } from '../../src/flow/approval.ts';
import { backupDeeds } from '../../src/flow/backup/deeds.ts';
import { vote } from '../../src/flow/decide.ts';
import type { Deeds, Hosts, Ports, Servers, Store } from '../../src/flow/ports.ts';
import { type HandProposed, proposeByHand } from '../../src/flow/propose-by-hand.ts';
import { executeRun } from '../../src/flow/run/execute.ts';
import { recoverRuns } from '../../src/flow/run/recover.ts';
import { keptKeys } from '../../src/io/kept-keys.ts';
import { openLab } from '../lab/lab.ts';
import { type AcknowledgedWriter, startWriter } from '../support/acknowledged-writer.ts';
import { freshStore } from '../support/databases.ts';
import { ENGINES } from '../support/engines.ts';
import { ALEX, OLLI, RILEY, SAM } from '../support/proposal.ts';
import { realPorts } from '../support/real-ports.ts';
import { plainTarget } from '../support/target.ts';
import { startWorks, type TestWorks } from '../support/works.ts';
import { type Blow, falling, type Passed } from './blows.ts';
import type { ChaosCase, Deployment } from './chaos-case.ts';
import { type MortalPorts, mortal, type Shot } from './mortal-ports.ts';
import { SLOT_TAG, takingWrites, watchForSplit } from './split-watch.ts';

export interface Trial extends Passed {
  blow: Blow;
  /** How the run ended, with its note. */
  ended: string;
  /** What must not be, for people. */
  trouble: string[];
}

/** For how long a run whose bot died is taken over again and again, in ms. */
const RECOVERY_MS = 60_000;
/** Writes that must be acknowledged before the run, and after it, there within this time in ms: on a busy machine nodes lose each other for moments. */
const WRITES = 10;
const ACKNOWLEDGED_MS = 45_000;

/** The clock of the bot goes so many times as fast as that of the servers. */
const HASTE = 3;

/** What a trial has for itself. */
interface Own {
  store: Store;
  keeper: TestWorks;
  /** What the bot found wrong with itself. */
  errors: string[];
}

/** One playbook on servers of its own while one thing goes wrong. */
export async function trial(one: ChaosCase, blow: Blow): Promise<Trial> {
  const [binary] = ENGINES;
  if (!binary) throw new Error('no server program');
  const lab = openLab(binary);
  const store = await freshStore();
  const keeper = await startWorks();
  try {
    return await onServers(one, blow, await one.arrange(lab, keeper.works), { store, keeper, errors: [] });
  } finally {
    await lab.close();
    await store.close();
    await keeper.close();
  }
}

async function onServers(one: ChaosCase, blow: Blow, deployment: Deployment, own: Own): Promise<Trial> {
  const { members, dead } = deployment;
  const addresses = [...members, ...(dead ? [dead] : [])].map(({ server }) => server);
  const ports = await impatientPorts(one, deployment, own);
  const deedsOn = deedsOf(own.keeper, ports.clock);
  const { primariesAtFirst = 1 } = one;
  const writer = startWriter(deployment.writesTo, { prefix: `${SLOT_TAG}acknowledged` });
  const watch = watchForSplit(addresses, primariesAtFirst === 2);
  try {
    if (primariesAtFirst > 0) await writer.more(WRITES);
    const id = await approved(one, deployment, ports);
    const fall = falling(blow, members, dead);
    const bot = mortal(ports, fall.boundaries, deedsOn);
    bot.arm();
    const next = mortal(ports, falling({ what: 'nothing' }, []).boundaries, deedsOn);
    const shots = await untilOver(bot, next, id);
    await fall.revived();
    const { run, rows } = await ports.store.transaction(async (tx) => ({
      run: await tx.run(id),
      rows: await tx.stepsOf(id),
    }));
    if (!run) throw new Error('no run');
    const trouble = [...endedWell(run, own.errors), ...toldExactly(rows, shots)];
    const needed = run.verdict === 'verified' || primariesAtFirst === 1;
    trouble.push(...((await deployment.amiss?.(run)) ?? []));
    if (needed) trouble.push(...(await takesWrites(writer)));
    await writer.stop();
    const seen = await watch.stop();
    const another = primariesAtFirst === 0 && bringsAPrimary(blow, deployment);
    const splitAnyway = primariesAtFirst === 2 || another;
    trouble.push(...(another ? [] : seen), ...(await twoNow(addresses, splitAnyway, run)));
    if (run.verdict === 'verified') trouble.push(...(await emptyOnes(members.map(({ server }) => server))));
    if (!one.loses && needed)
      trouble.push(...(await writer.lost()).map((number) => `acknowledged write ${number} is lost`));
    const passed = { ...fall.passed, members: members.length, dead: dead ? 1 : 0 };
    return { ...passed, blow, ended: `${run.state} ${run.verdict}: ${run.note}`, trouble };
  } finally {
    await writer.stop();
    await watch.stop();
  }
}

/** Whoever starts such a server makes two primaries, as the plan says; what must not be is that this is called repaired. */
function bringsAPrimary(blow: Blow, { members, dead }: Deployment): boolean {
  if (blow.what === 'dead one returns') return dead?.returnsAs === 'primary';
  return blow.what === 'server dies' && members[blow.member]?.returnsAs === 'primary';
}

/** Real ports whose long sleeps are short: what is tried is the order of things, not how long they are watched. */
async function impatientPorts(one: ChaosCase, { seeds, host }: Deployment, own: Own): Promise<Ports> {
  const { store, keeper } = own;
  const target: Target = {
    ...plainTarget({ seeds, ...(host && { host }), ...one.target }),
    name: TargetName.parse('chaos'),
  };
  const ports = await realPorts(store, [target], [ALEX, SAM, OLLI], {
    ledger: keeper.works.catalog,
  });
  const loaded = ports.shelves.playbooks.get(one.playbook);
  if (!loaded) throw new Error(`no playbook ${one.playbook}`);
  const { playbook } = loaded;
  const keep = (facts: object, sentence: string) => void own.errors.push(`${sentence}: ${inspect(facts)}`);
  // Guards against being offered too early are tried elsewhere.
  const eager = { ...loaded, unless: [], playbook: { ...playbook, settled: { ...playbook.settled, within_s: 2 } } };
  return {
    ...ports,
    windowSeconds: 0.5,
    log: { ...ports.log, warn: keep, error: keep },
    clock: hastyClock(ports.clock),
    shelves: { ...ports.shelves, playbooks: new Map([...ports.shelves.playbooks, [one.playbook, eager]]) },
  };
}

/** What redis-medic does itself, over these servers and machines. */
function deedsOf({ works, settings, folder }: TestWorks, clock: Ports['clock']) {
  return (servers: Servers, hosts: Hosts): Deeds =>
    new Map([
      ...backupDeeds({ works: { ...works, servers }, hosts, serve: settings.serve }),
      ['keys', keptKeys({ servers, folder: join(folder, 'kept-keys'), clock })],
    ]);
}

/** Waits in vain are over sooner; what servers do in time they still do in time. */
function hastyClock(clock: Ports['clock']): Ports['clock'] {
  const from = clock.now();
  return {
    now: () => from + (clock.now() - from) * HASTE,
    sleep: (ms, signal) => clock.sleep(Math.min(ms, 1000) / HASTE, signal),
  };
}

async function approved(one: ChaosCase, { about }: Deployment, ports: Ports): Promise<RunId> {
  const [target] = ports.targets.values();
  if (!target) throw new Error('nothing to plan for');
  const ask = {
    playbook: one.playbook,
    target: target.name,
    by: RILEY,
    values: one.values ?? {},
    node: nodeName(about),
  };
  const asking = await patiently(() => proposeByHand(ports, ask));
  if (asking.kind === 'refused') throw new Error(asking.sentence);
  const { proposal } = asking;
  const policy = policyFor(proposal.risk);
  const { id, digest } = proposal;
  for (const by of [ALEX, SAM].slice(0, policy.approvers)) {
    const typed = policy.typeName ? target.name : null;
    const decision = await vote(ports, { proposal: id, digest, by, verdict: 'approve', reason: null, typed });
    if (decision.kind === 'approved') return decision.run;
  }
  throw new Error('not approved');
}

/** On a busy machine a server may not have answered in time. */
async function patiently(propose: () => Promise<HandProposed>): Promise<HandProposed> {
  let asking = await propose();
  for (let left = 5; left > 0 && asking.kind === 'refused'; left -= 1) {
    await sleep(500);
    asking = await propose();
  }
  return asking;
}

/** Runs it; when the bot dies, the next one takes over. Gives all that was really sent. */
async function untilOver(bot: MortalPorts, next: MortalPorts, id: RunId): Promise<Shot[]> {
  const first = executeRun(bot, id).then(() => 'over' as const);
  const hands = handsOn(next, id);
  const how = await Promise.race([first, bot.dead.then(() => 'dead' as const)]);
  if (how === 'over') {
    hands.stop();
    return bot.shots;
  }
  // As the bot does every few seconds: one who could not look at a server in time tries again.
  const end = Date.now() + RECOVERY_MS;
  while (Date.now() < end && (await isActive(next, id))) {
    await Promise.all(await recoverRuns(next, true));
    await executeRun(next, id);
  }
  hands.stop();
  return [...bot.shots, ...next.shots];
}

/** A person who does at once whatever a step asks for. */
function handsOn(ports: Ports, run: RunId): { stop(): void } {
  let going = true;
  void (async () => {
    while (going) {
      const rows = await ports.store.transaction((tx) => tx.stepsOf(run)).catch(() => []);
      const asked = rows.find(({ kind, state, reply }) => kind === 'manual' && state === 'started' && reply === null);
      if (asked) await answerStep(ports, { run, seq: asked.seq, by: ALEX, answer: 'done' });
      await sleep(100);
    }
  })();
  return {
    stop: () => {
      going = false;
    },
  };
}

async function isActive({ store }: Ports, id: RunId): Promise<boolean> {
  const run = await store.transaction((tx) => tx.run(id));
  return ACTIVE_RUN_STATES.some((state) => state === run?.state);
}

function endedWell({ state, note }: Run, errors: readonly string[]): string[] {
  if (ACTIVE_RUN_STATES.some((active) => active === state)) return [`it is still ${state}`, ...errors];
  return note ? [] : ['nothing says how it ended'];
}

/** As many steps say that a command was sent as a server got it, and none is left open. */
function toldExactly(rows: readonly RunStep[], shots: readonly Shot[]): string[] {
  const commands = rows.flatMap((row) =>
    row.command && row.command.via !== 'medic' ? [{ ...row, key: keyOf(row.command.node, row.command.argv) }] : [],
  );
  const open = commands.filter(({ state }) => state === 'started' || state === 'pending' || state === 'waiting');
  const wrong = [...new Set(commands.map(({ key }) => key))].flatMap((key) => {
    const same = commands.filter((row) => row.key === key);
    const sent = shots.filter(({ node, argv }) => keyOf(node, argv) === key).length;
    // What was seen after a restart may have been so before.
    const certain = same.filter(
      ({ state, reply }) => (state === 'done' || state === 'late') && !reply?.startsWith('no answer'),
    ).length;
    const said = same.filter(({ state, reply }) => state !== 'skipped' && !reply?.startsWith('not sent')).length;
    return sent >= certain && sent <= said
      ? []
      : [`${key} was sent ${sent} times, and the steps say ${certain} to ${said}`];
  });
  return [...open.map(({ label, state }) => `${label} is left as ${state}`), ...wrong];
}

function keyOf(node: string, argv: readonly string[]): string {
  return [node, ...argv].join(' ');
}

async function takesWrites(writer: AcknowledgedWriter): Promise<string[]> {
  try {
    await writer.more(WRITES, ACKNOWLEDGED_MS);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

async function twoNow(
  servers: readonly { host: string; port: number }[],
  splitAnyway: boolean,
  run: Run,
): Promise<string[]> {
  // Where it did not get to the repair, or says that it did not help, the split brain is still there.
  if (splitAnyway && run.verdict !== 'verified') return [];
  const takers = await takingWrites(servers);
  return takers.length > 1 ? [`${takers.map(nodeName).join(' and ')} both take writes`] : [];
}

async function emptyOnes(servers: readonly { host: string; port: number }[]): Promise<string[]> {
  const sizes = await Promise.all(servers.map((server) => sendTo(server, ['DBSIZE']).catch(() => 'no answer')));
  return servers.flatMap((server, at) => (sizes[at] === 0 ? [`verified, but ${nodeName(server)} is empty`] : []));
}
