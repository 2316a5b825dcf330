import { printCommand, ReplyError } from '../../domain/command.ts';
import { type PlannedCommand, promptOf } from '../../domain/proposal.ts';
import type { RunStep } from '../../domain/run.ts';
import { drift } from '../fingerprint.ts';
import { neededByReadings } from '../host-needs.ts';
import type { Ports, Sent } from '../ports.ts';
import { aboutRun, record } from '../record.ts';
import { awaitEffect } from './await-effect.ts';
import { type Claim, objectionNow, ownRun } from './claim.ts';
import type { Connections } from './connections.ts';
import { doDeed, type Leftovers } from './do-deed.ts';
import type { Ending } from './end-run.ts';
import { keepRow } from './keep-row.ts';
import { look } from './look.ts';
import { labelOf } from './new-run.ts';
import { seeApplied, takesEffectLater } from './see-applied.ts';

/** A command that takes longer is shown as under way, in ms; the answer of a faster one is all there is to show. */
const SLOW_MS = 300;
/** How often a command that certainly did not reach the server is tried; the way back for as long as a restart may take. */
const TRIES = 3;
const TRIES_BACK = 14;

/** What a run sends with; closed when it ends. */
export interface Means {
  connections: Connections;
  leftovers: Leftovers;
}

/**
 * Does one approved command: written ahead, sent once, its answer stored, its effect waited for. An ending stops the run.
 * A row that waits was answered before a restart: only its effect is left. A rescue heeds neither cancel nor pause.
 */
export async function sendCommand(ports: Ports, claim: Claim, means: Means, row: RunStep): Promise<Ending | undefined> {
  const { command } = row;
  if (!command) throw new Error(`step ${row.seq} of ${row.run} is not a command`);
  if (row.state === 'waiting') return awaitRow(ports, claim, row, command);
  if (command.unless && (await passOver(ports, claim, row, command.unless))) return undefined;
  const started: RunStep = { ...row, state: 'started', startedAt: ports.clock.now() };
  const objection = await writeAhead(ports, claim, started, command);
  if (objection) return objection;
  const approvedAt = claim.proposal.decidedAt;
  if (row.seq === 0 && approvedAt !== null) {
    ports.meter.observe('redis_medic_approve_to_command_seconds', (ports.clock.now() - approvedAt) / 1000);
  }
  const sending =
    command.via === 'medic'
      ? doDeed(ports, claim, means.leftovers, started, command)
      : send(ports, means.connections, command, row.kind === 'rescue' ? TRIES_BACK : TRIES);
  const slow = ports.clock.sleep(SLOW_MS).then(() => 'slow' as const);
  if ((await Promise.race([sending, slow])) === 'slow') await showUnderWay(ports, claim);
  return settle(ports, claim, started, command, await sending);
}

/** True when the servers show that the command must not be sent, or need not. */
async function passOver(
  ports: Ports,
  claim: Claim,
  row: RunStep,
  unless: NonNullable<PlannedCommand['unless']>,
): Promise<boolean> {
  const snapshot = await look(ports, claim, neededByReadings(unless, ports.shelves));
  const shown = unless.find((one) => drift([one], snapshot, ports.shelves.probes).changed.length === 0);
  if (!shown) return false;
  const reply = `not sent: ${shown.reading} of ${shown.node} is ${shown.value}`;
  await keepRow(ports, claim, { ...row, state: 'skipped', reply, endedAt: ports.clock.now() });
  return true;
}

async function writeAhead(
  ports: Ports,
  claim: Claim,
  row: RunStep,
  command: PlannedCommand,
): Promise<Ending | undefined> {
  return ports.store.transaction(async (tx) => {
    const objection = row.kind === 'rescue' ? await lost(ports, tx, claim) : await objectionNow(ports, tx, claim);
    if (objection) return { state: 'cancelled', note: objection };
    await tx.saveStep(row);
    const facts = { seq: row.seq, node: promptOf(command), command: printCommand(command.argv) };
    await record(tx, ports.clock, 'sent', aboutRun(claim.run), undefined, facts);
    return undefined;
  });
}

/** Throws RunLost; the way back is sent also when the run was cancelled. */
async function lost(...[ports, tx, claim]: Parameters<typeof ownRun>): Promise<undefined> {
  await ownRun(ports, tx, claim);
}

async function showUnderWay(ports: Ports, claim: Claim): Promise<void> {
  await ports.store.transaction((tx) => ports.face.show(tx, claim.run.incident));
  ports.face.wake();
}

async function send(ports: Ports, connections: Connections, command: PlannedCommand, most: number): Promise<Sent> {
  let last: Sent = { kind: 'not-sent', why: 'not tried' };
  for (let tries = 0; tries < most; tries += 1) {
    const writer = await connections.to(command);
    last = typeof writer === 'string' ? { kind: 'not-sent', why: writer } : await writer.send(command.argv);
    if (last.kind !== 'not-sent') return last;
    connections.drop(command);
    await ports.clock.sleep(200 * (tries + 1));
  }
  return last;
}

async function settle(
  ports: Ports,
  claim: Claim,
  row: RunStep,
  command: PlannedCommand,
  sent: Sent,
): Promise<Ending | undefined> {
  const judged = await judge(ports, claim, row, command, sent);
  const awaited = judged.state === 'done' && command.until !== undefined;
  const answered: RunStep = awaited
    ? { ...row, state: 'waiting', reply: judged.reply }
    : { ...row, ...judged, endedAt: ports.clock.now() };
  await keepRow(ports, claim, answered);
  if (awaited) return awaitRow(ports, claim, answered, command);
  if (judged.state === 'done') return undefined;
  const stopped = await stopOf(ports, claim, row, command);
  if (stopped !== undefined) return { state: 'cancelled', note: stopped };
  return judged.state === 'unknown'
    ? {
        state: 'unknown',
        note: `${labelOf(command)}: ${judged.reply}. Look at the server before anything else is run.`,
      }
    : { state: 'failed', note: `${labelOf(command)}: ${judged.reply}` };
}

/** Why a deed was broken off, where people stopped it; what is sent to a server is never broken off. */
async function stopOf(
  ports: Ports,
  claim: Claim,
  { kind }: RunStep,
  { via }: PlannedCommand,
): Promise<string | undefined> {
  if (via !== 'medic' || kind === 'rescue') return undefined;
  return ports.store.transaction((tx) => objectionNow(ports, tx, claim));
}

/** Waits for what an answered command must show. */
async function awaitRow(
  ports: Ports,
  claim: Claim,
  row: RunStep,
  command: PlannedCommand,
): Promise<Ending | undefined> {
  if (!command.until) throw new Error(`step ${row.seq} of ${row.run} waits for nothing`);
  const awaited = await awaitEffect(ports, claim, command.until, row.kind !== 'rescue');
  const ended = { ...row, endedAt: ports.clock.now() };
  if (awaited.kind === 'there') {
    await keepRow(ports, claim, { ...ended, state: 'done' });
    return undefined;
  }
  const late = `not there after ${command.until.withinSeconds} s: ${awaited.kind === 'late' ? awaited.seen : ''}`;
  const reply = awaited.kind === 'late' ? late : `its effect was not waited for: ${awaited.because}`;
  await keepRow(ports, claim, { ...ended, state: 'late', reply: `${row.reply ?? ''} (${reply})` });
  return awaited.kind === 'late'
    ? { state: 'failed', note: `${labelOf(command)}: ${reply}` }
    : { state: 'cancelled', note: awaited.because };
}

async function judge(
  ports: Ports,
  claim: Claim,
  row: RunStep,
  command: PlannedCommand,
  sent: Sent,
): Promise<{ state: 'done' | 'failed' | 'unknown'; reply: string }> {
  if (sent.kind === 'not-sent') {
    return { state: 'failed', reply: command.via === 'medic' ? sent.why : `not sent: ${sent.why}` };
  }
  if (sent.kind === 'answered') {
    const { reply } = sent;
    if (reply instanceof ReplyError) return { state: 'failed', reply: reply.message };
    return { state: 'done', reply: typeof reply === 'object' ? `${reply?.length ?? 'no'} values` : String(reply) };
  }
  const sight = await seeApplied(ports, claim, row, command, sent.why);
  if (sight.kind === 'applied')
    return { state: 'done', reply: `no answer (${sent.why}), but the server shows it applied` };
  if (sight.kind === 'not-applied' && sight.restarted)
    return { state: 'failed', reply: `not applied: ${command.node} was restarted meanwhile (${sent.why})` };
  if (sight.kind === 'not-applied' && takesEffectLater(command))
    return { state: 'done', reply: `no answer (${sent.why}); its effect is waited for, as it may have been applied` };
  const shown = sight.kind === 'unseen' ? sight.because : 'the server does not show it so far';
  return { state: 'unknown', reply: `it may or may not have been applied: ${sent.why}; ${shown}` };
}
