import { printCommand, ReplyError } from '../../domain/command.ts';
import type { PlannedCommand } from '../../domain/proposal.ts';
import type { RunStep } from '../../domain/run.ts';
import { nodeNamed } from '../../domain/snapshot.ts';
import type { Target } from '../../domain/target.ts';
import { parseNodeName } from '../../domain/target.ts';
import { drift } from '../fingerprint.ts';
import type { Ports, Sent, Writer } from '../ports.ts';
import { aboutRun, record } from '../record.ts';
import { type Claim, objectionNow, ownRun } from './claim.ts';
import type { Ending } from './end-run.ts';
import { look } from './look.ts';

/** A command that takes longer is shown as under way, in ms; the answer of a faster one is all there is to show. */
const SLOW_MS = 300;
/** How often a command that certainly did not reach the server is tried. */
const TRIES = 3;

/** The writing connections of one run, opened when first needed. */
export class Connections {
  readonly #open = new Map<string, Writer>();
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** The writer of a node; a string says why there is none. */
  async to(node: string, target: Target): Promise<Writer | string> {
    const known = this.#open.get(node);
    if (known) return known;
    const opened = await this.#ports.servers.write(parseNodeName(node), target);
    if (opened.kind === 'refused') return opened.detail;
    this.#open.set(node, opened.session);
    return opened.session;
  }

  drop(node: string): void {
    this.#open.get(node)?.close();
    this.#open.delete(node);
  }

  close(): void {
    for (const node of this.#open.keys()) this.drop(node);
  }
}

/** Sends one approved command: written ahead, sent once, its answer stored. An ending stops the run. */
export async function sendCommand(
  ports: Ports,
  claim: Claim,
  connections: Connections,
  row: RunStep,
): Promise<Ending | undefined> {
  const command = row.command;
  if (!command) throw new Error(`step ${row.seq} of ${row.run} is not a command`);
  const started: RunStep = { ...row, state: 'started', startedAt: ports.clock.now() };
  const objection = await writeAhead(ports, claim, started, command);
  if (objection) return objection;
  const approvedAt = claim.proposal.decidedAt;
  if (row.seq === 0 && approvedAt !== null) {
    ports.meter.observe('redis_medic_approve_to_command_seconds', (ports.clock.now() - approvedAt) / 1000);
  }
  const sending = send(ports, claim, connections, command);
  const slow = ports.clock.sleep(SLOW_MS).then(() => 'slow' as const);
  if ((await Promise.race([sending, slow])) === 'slow') await showUnderWay(ports, claim);
  const sent = await sending;
  return settle(ports, claim, started, command, sent);
}

async function writeAhead(
  ports: Ports,
  claim: Claim,
  row: RunStep,
  command: PlannedCommand,
): Promise<Ending | undefined> {
  return ports.store.transaction(async (tx) => {
    const objection = await objectionNow(ports, tx, claim);
    if (objection) return { state: 'cancelled', note: objection };
    await tx.saveStep(row);
    const facts = { seq: row.seq, node: command.node, command: printCommand(command.argv) };
    await record(tx, ports.clock, 'sent', aboutRun(claim.run), undefined, facts);
    return undefined;
  });
}

async function showUnderWay(ports: Ports, claim: Claim): Promise<void> {
  await ports.store.transaction((tx) => ports.face.show(tx, claim.run.incident));
  ports.face.wake();
}

async function send(ports: Ports, claim: Claim, connections: Connections, command: PlannedCommand): Promise<Sent> {
  let last: Sent = { kind: 'not-sent', why: 'not tried' };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const writer = await connections.to(command.node, claim.target);
    last = typeof writer === 'string' ? { kind: 'not-sent', why: writer } : await writer.send(command.argv);
    if (last.kind !== 'not-sent') return last;
    connections.drop(command.node);
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
  const what = `${command.node}> ${printCommand(command.argv)}`;
  const judged = await judge(ports, claim, command, sent);
  await ports.store.transaction(async (tx) => {
    await ownRun(ports, tx, claim);
    await tx.saveStep({ ...row, state: judged.state, reply: judged.reply, endedAt: ports.clock.now() });
    const facts = { seq: row.seq, state: judged.state, reply: judged.reply };
    await record(tx, ports.clock, 'answered', aboutRun(claim.run), undefined, facts);
    await ports.face.show(tx, claim.run.incident);
  });
  ports.face.wake();
  if (judged.state === 'done') return undefined;
  return judged.state === 'unknown'
    ? { state: 'unknown', note: `${what}: ${judged.reply}. Look at the server before anything else is run.` }
    : { state: 'failed', note: `${what}: ${judged.reply}` };
}

async function judge(
  ports: Ports,
  claim: Claim,
  command: PlannedCommand,
  sent: Sent,
): Promise<{ state: 'done' | 'failed' | 'unknown'; reply: string }> {
  if (sent.kind === 'not-sent') return { state: 'failed', reply: `not sent: ${sent.why}` };
  if (sent.kind === 'answered') {
    const { reply } = sent;
    if (reply instanceof ReplyError) return { state: 'failed', reply: reply.message };
    return { state: 'done', reply: typeof reply === 'object' ? `${reply?.length ?? 'no'} values` : String(reply) };
  }
  return (await seeApplied(ports, claim, command)) === 'applied'
    ? { state: 'done', reply: `no answer (${sent.why}), but the server shows it applied` }
    : { state: 'unknown', reply: `it may or may not have been applied: ${sent.why}` };
}

/** What the server shows of a command; `unseen` when it cannot show it or could not be read. */
export async function seeApplied(
  ports: Ports,
  claim: Claim,
  command: PlannedCommand,
): Promise<'applied' | 'not-applied' | 'unseen'> {
  if (command.applied.length === 0) return 'unseen';
  const snapshot = await look(ports, claim);
  if (command.applied.some(({ node }) => nodeNamed(snapshot, node)?.kind !== 'read')) return 'unseen';
  return drift(command.applied, snapshot, ports.shelves.probes).changed.length === 0 ? 'applied' : 'not-applied';
}
