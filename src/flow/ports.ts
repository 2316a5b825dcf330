import type { Action } from '../domain/action.ts';
import type { AuditEvent, AuditFact } from '../domain/audit-event.ts';
import type { Command, Reply, ReplyError } from '../domain/command.ts';
import type { Ids, IncidentId, ProposalId, RunId, SlackUserId, TargetName } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import type { KeyScan } from '../domain/keys/key-scan.ts';
import type { LoadedPlaybook } from '../domain/playbook.ts';
import type { Probe } from '../domain/probe.ts';
import type { Proposal, Vote } from '../domain/proposal.ts';
import type { Figures } from '../domain/readiness.ts';
import type { Rule } from '../domain/rule.ts';
import type { Run, RunStep } from '../domain/run.ts';
import type { Shelf } from '../domain/shelf.ts';
import type { Signal } from '../domain/signal.ts';
import type { UnreadCause } from '../domain/snapshot.ts';
import type { Address, HostAccess, Target } from '../domain/target.ts';
import type { AutoTx } from './auto/auto-tx.ts';
import type { Ledger } from './backup/with-backups.ts';
import type { WatchTx } from './watch/watch-tx.ts';

/** Everything that the flow needs of the world, handed in once. */
export interface Ports {
  store: Store;
  queue: Queue;
  servers: Servers;
  hosts: Hosts;
  /** Absent: no place for backups is set up. */
  ledger?: Ledger;
  deeds: Deeds;
  face: Face;
  people: People;
  shelves: Shelves;
  targets: ReadonlyMap<TargetName, Target>;
  /** Slack channel for targets that name none. */
  defaultChannel: string;
  /** Between the two samples of a diagnosis. */
  windowSeconds: number;
  clock: Clock;
  ids: Ids;
  log: Log;
  meter: Meter;
}

export interface Shelves {
  probes: Shelf<Probe<unknown>>;
  rules: Shelf<Rule>;
  actions: Shelf<Action>;
  playbooks: Shelf<LoadedPlaybook>;
  figures: Shelf<Figures>;
  /** Rule id -> its family. */
  families: ReadonlyMap<string, string>;
}

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Resolves after ms; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A fixed sentence with the facts beside it. */
export interface Log {
  debug(facts: object, sentence: string): void;
  info(facts: object, sentence: string): void;
  warn(facts: object, sentence: string): void;
  error(facts: object, sentence: string): void;
}

/** Counts and observes by metric name; the names are declared in io/metrics.ts. */
export interface Meter {
  count(metric: string, labels?: Readonly<Record<string, string>>): void;
  observe(metric: string, value: number, labels?: Readonly<Record<string, string>>): void;
  /** What is so now, such as an age. */
  set(metric: string, value: number, labels?: Readonly<Record<string, string>>): void;
}

/** A connection that can only ask what the loaded probes ask. */
export interface ReadOnlySession {
  /** One round trip for all commands; error replies come back as values. Rejects with ConnectionLost when it is lost or too slow. */
  ask(commands: readonly Command[]): Promise<Reply[]>;
  /** Before we logged in, the server obeyed us as it would obey anyone. */
  readonly admitsAnyone?: boolean;
  /** When the last answers were really asked for and here, in epoch ms, where that was before they were wanted. */
  beforehand?(): { from: number; at: number } | undefined;
  /** False when either end has closed it, as far as that is known here. */
  isOpen(): boolean;
  close(): void;
}

/** A connection that can walk the keys of a server and ask about each; it cannot read a value or change anything. */
export interface KeySession {
  /** One round trip. Names of keys, in and out, hold one character a byte. */
  ask(commands: readonly Command[]): Promise<{ replies: Reply[]; tookMs: number }>;
  close(): void;
}

/** A value that is too large to be held: its bytes come when they are asked for. */
export interface Flow {
  length: number;
  bytes(): AsyncIterable<Uint8Array>;
}

/** A command that carries values: bytes, whole or flowing, or text that holds one character a byte. */
export type CarryCommand = readonly [string, ...(string | Uint8Array | Flow)[]];

/** A connection that copies keys aside and puts keys and functions back (CARRYING); only a deed that was approved opens one. */
export interface Carrier {
  /**
   * One round trip. Texts hold one character a byte, in and out. Rejects with ConnectionLost when the answer did not come, and
   * with what a flowing value throws: that command then never was one to the server, and the connection is closed.
   */
  send(commands: readonly CarryCommand[]): Promise<{ replies: Reply[]; tookMs: number }>;
  close(): void;
}

export type Opened<S> = { kind: 'open'; session: S } | { kind: 'refused'; cause: UnreadCause; detail: string };

/** What became of a command that changes a server. */
export type Sent =
  | { kind: 'answered'; reply: Reply }
  /** It certainly did not reach the server. */
  | { kind: 'not-sent'; why: string }
  /** It may or may not have been applied. */
  | { kind: 'unknown'; why: string };

/** A connection for approved commands; only flow/run opens one, and the deed that sends a backup to a machine. */
export interface Writer {
  send(command: Command): Promise<Sent>;
  close(): void;
}

/** A connection for approved commands of a machine; what one of them reads comes as `input`. */
export interface HostWriter extends Writer {
  send(command: Command, input?: AsyncIterable<Uint8Array>): Promise<Sent>;
}

export interface Servers {
  read(address: Address, target: Target): Promise<Opened<ReadOnlySession>>;
  /** For the sampled key scan alone. */
  readKeys(address: Address, target: Target): Promise<Opened<KeySession>>;
  /** `db` is the database where it is not the first. Also a server that is busy with a script can be written to. */
  write(address: Address, target: Target, db?: number): Promise<Opened<Writer>>;
  /** For what a plan must know (ASKABLE), as the login that repairs. */
  inspect(address: Address, target: Target): Promise<Opened<KeySession>>;
  /** For the keys that a deed copies aside, puts back or compares, as the login that repairs. */
  carry(address: Address, target: Target): Promise<Opened<Carrier>>;
}

/** A session with a machine that can only ask what the loaded host probes ask. */
export interface HostSession {
  /** The answers in the order of the questions: a text, or why there is none. Never rejects, and gives a machine up that stays silent. */
  ask(questions: readonly Command[]): Promise<(string | ReplyError)[]>;
  close(): void;
}

export interface Hosts {
  /** `address` is where SSH answers; a string is the reason why the host cannot be looked at. */
  open(access: HostAccess, address: string): Promise<HostSession | string>;
  /** For approved commands alone; `address` is where SSH answers. */
  write(access: HostAccess, address: string): Promise<Opened<HostWriter>>;
}

/** What a deed of redis-medic itself is done with. */
export interface DeedContext {
  run: RunId;
  /** The server that it is about. */
  node: Address;
  target: Target;
  /** Aborted when the run is cancelled, paused or not ours any more. */
  signal: AbortSignal;
  /** Shown in the thread in place of the answer that is awaited: `1.2 of 3.4 GiB`. */
  progress(text: string): void;
  /** Called when the run ends, however it ends. */
  atEnd(close: () => Promise<void>): void;
}

/**
 * What redis-medic does itself in a run, by the first word of the command (`via: 'medic'`): it reads the words that were
 * approved and answers as a server would. It writes to no server, but for keys and functions that it puts back
 * (Servers.carry) and a backup that it sends to a machine (HostWriter.send); a deed that is cut off by a restart is done again.
 */
export type Deeds = ReadonlyMap<string, (argv: Command, context: DeedContext) => Promise<Sent>>;

/** Wakes a worker; what is to be done stands in the store, so a job lost or delivered twice does no harm. */
export interface Queue {
  run(id: RunId): Promise<void>;
  diagnose(id: IncidentId): Promise<void>;
  /** Samples the keys in the thread of an incident. */
  keys(id: IncidentId): Promise<void>;
}

/** Shows the stored state to people: renders the messages of an incident into the outbox, in the same transaction. */
export interface Face {
  show(tx: Tx, incident: IncidentId): Promise<void>;
  /** Called after the transaction: something may be waiting in the outbox. */
  wake(): void;
}

export type Permission = { kind: 'allowed' } | { kind: 'refused'; because: 'not-an-approver' | 'approvers-unknown' };

export interface People {
  /** Asked at the click and again at execution; `fresh` leaves caches aside. Fails closed. */
  mayApprove(user: SlackUserId, options: { fresh: boolean }): Promise<Permission>;
}

/** One message as it should be; its sender makes Slack agree. */
export interface WantedMessage {
  /** Unique and stable: `inc_…/root`. */
  key: string;
  incident: IncidentId;
  channel: string;
  /** Key of the message whose thread it belongs in; null for a root. */
  threadKey: string | null;
  text: string;
  blocks: readonly object[];
  /** Approvals and outcomes go out before progress and are never throttled. */
  urgent: boolean;
}

/** A message on its way. */
export interface OutboxMessage extends WantedMessage {
  desiredRev: number;
  sentRev: number;
  /** Slack's id of the posted message; null until it is known. */
  ts: string | null;
  /** `sending`: a post is under way or its outcome is unknown. */
  state: 'idle' | 'sending' | 'failed';
  attempts: number;
  /** Epoch ms before which it is left alone. */
  nextAt: number;
  /** Epoch ms of the last post attempt; null before the first. */
  attemptedAt: number | null;
}

export interface Store {
  /** Serializable enough that two decisions on one proposal cannot both win: rows read with `lock` are held. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface Tx extends WatchTx, AutoTx {
  /** False when this signal (source, fingerprint, status, startsAt) is stored already. `target` and `incident` are null when it matched none. */
  addSignal(signal: Signal, target: TargetName | null, incident: IncidentId | null, at: number): Promise<boolean>;
  /** The newest signal of each fingerprint of an incident. */
  signalsOf(incident: IncidentId): Promise<Signal[]>;
  /** The open incidents that hold a firing signal with this source and fingerprint and no resolve of it yet. */
  incidentsFiring(source: string, fingerprint: string): Promise<Incident[]>;

  /** False when the target has an open incident already (a database constraint). */
  addIncident(incident: Incident): Promise<boolean>;
  incident(id: IncidentId, options?: { lock: boolean }): Promise<Incident | undefined>;
  openIncidentOf(target: TargetName, options?: { lock: boolean }): Promise<Incident | undefined>;
  /** Open ones first, newest first. */
  incidents(options: { state?: Incident['state']; limit: number }): Promise<Incident[]>;
  saveIncident(incident: Incident): Promise<void>;

  addProposal(proposal: Proposal): Promise<void>;
  proposal(id: ProposalId, options?: { lock: boolean }): Promise<Proposal | undefined>;
  /** Oldest first. */
  proposalsOf(incident: IncidentId): Promise<Proposal[]>;
  /** Open proposals whose approval clock has run out at `now`. */
  overdueProposals(now: number): Promise<Proposal[]>;
  /** Changes state, reason and decidedAt; nothing else of a proposal ever changes. */
  saveProposal(proposal: Proposal): Promise<void>;

  /** False when this person has voted on it already. */
  addVote(vote: Vote): Promise<boolean>;
  votesOf(proposal: ProposalId): Promise<Vote[]>;

  /** False when the group that it holds has an active run already, or the proposal has a run (database constraints). */
  addRun(run: Run, steps: readonly RunStep[]): Promise<boolean>;
  run(id: RunId, options?: { lock: boolean }): Promise<Run | undefined>;
  runOf(proposal: ProposalId): Promise<Run | undefined>;
  activeRunOf(group: string): Promise<Run | undefined>;
  /** Newest first. */
  runs(options: { states?: readonly Run['state'][]; incident?: IncidentId; limit: number }): Promise<Run[]>;
  /** Those that ended at `since` or later, whose plan has a reminder, and which no verified undo took back. */
  runsToRemindOf(since: number): Promise<Run[]>;
  saveRun(run: Run): Promise<void>;
  stepsOf(run: RunId): Promise<RunStep[]>;
  /** Appends to the steps of a run: the way back of one that stopped half way. */
  addSteps(steps: readonly RunStep[]): Promise<void>;
  saveStep(step: RunStep): Promise<void>;

  keyScan(incident: IncidentId, options?: { lock: boolean }): Promise<KeyScan | undefined>;
  /** The newest one of a target that has ended, other than that of this incident. */
  lastKeyScan(target: TargetName, except: IncidentId): Promise<KeyScan | undefined>;
  runningKeyScans(): Promise<KeyScan[]>;
  saveKeyScan(scan: KeyScan): Promise<void>;

  /** Appends to the chain and returns the row. */
  audit(fact: AuditFact): Promise<AuditEvent>;
  /** In order of `seq`, from `after` (exclusive). */
  auditEvents(options: { after: number; limit: number; incident?: IncidentId }): Promise<AuditEvent[]>;

  /** Null when nobody paused. */
  paused(): Promise<{ by: string; at: number; reason: string } | null>;
  setPaused(pause: { by: string; at: number; reason: string } | null): Promise<void>;

  /** Upserts what a message should say; a new revision only when the content differs. */
  want(message: WantedMessage): Promise<void>;
  /** Claims the next message to send at `now` and marks it attempted; undefined when nothing waits. Thread replies wait for their root's ts. */
  nextMessage(now: number): Promise<OutboxMessage | undefined>;
  /** Stores the outcome of an attempt. */
  settleMessage(
    key: string,
    outcome: { ts?: string; sentRev?: number; state: OutboxMessage['state']; nextAt: number; attempts: number },
  ): Promise<void>;
  message(key: string): Promise<OutboxMessage | undefined>;
}
