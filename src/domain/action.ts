import type { z } from 'zod';
import { answerTo, type Question } from './answers.ts';
import type { Command, Reply, ReplyError } from './command.ts';
import { NotAnswered, type Probe } from './probe.ts';
import { adviceFor, withholds } from './provider.ts';
import { type Node, type ReadNode, readingOf, type Snapshot, type UnreadNode } from './snapshot.ts';

/**
 * `read` needs no approval; `reversible` one approver; `disruptive` one approver who is not the requester;
 * `destructive` and `host` two approvers, neither the requester, and the target's name typed.
 */
export const RISKS = ['read', 'reversible', 'disruptive', 'destructive', 'host'] as const;
export type Risk = (typeof RISKS)[number];

/** A reading of a node by name: probe file name and field, `memory-config.maxmemory`. */
export interface Watched {
  node: string;
  reading: string;
}

/** A reading and the value that it had or must have, as text. */
export interface Expectation extends Watched {
  value: string;
}

/** A reading that must be below a bound, in the reading's own unit. */
export interface Bound extends Watched {
  below: number;
}

/**
 * Who does a command: the server `node`; the Sentinel `node`; the machine that `node` runs on; or redis-medic itself,
 * about `node` (`backup take`).
 */
export const VIAS = ['server', 'sentinel', 'host', 'medic'] as const;
export type Via = (typeof VIAS)[number];

/** What must show after the answer to a command before the next one is sent; not in time means that the step failed. */
export interface Until {
  shows?: readonly Expectation[];
  below?: readonly Bound[];
  withinSeconds: number;
}

/** From where to where a number is, both included; open where absent. */
export interface Span {
  from?: number;
  to?: number;
}

/** A question about a key (one that may be asked for a plan), and which replies say that a command was applied to it or was not. */
export interface KeySign {
  ask: Command;
  applied: Span;
  before: Span;
}

export interface PlannedCommand {
  /** `host:port` of the server or Sentinel that it is about. */
  node: string;
  /** The server when absent. */
  via?: Via;
  /** The database where it is not the first. */
  db?: number;
  argv: Command;
  /** What the server shows once it has been applied; empty when that cannot be seen, so that a crash leaves it unknown. */
  applied: readonly Expectation[];
  /** The same of keys in `db`, which no reading shows. */
  signs?: readonly KeySign[];
  until?: Until;
  /** It is passed over when the servers show one of these by then: it is not needed, or would do harm. */
  unless?: readonly Expectation[];
  /** What it does lasts as long as this process: after a restart the step cannot go on, and `otherwise` is sent. */
  holds?: true;
}

/** So that the first reminder of an emergency measure comes within the hour. */
export const WITHIN_THE_HOUR = 45 * 60;

/** What must not be forgotten once it is done. */
export interface Reminder {
  /** Until the first one; each further one comes after twice the time. */
  afterSeconds: number;
  text: string;
}

/** Commands as data: what is shown, approved, sent. */
export interface Plan<A, R extends Risk = Risk> {
  /** The arguments with every size filled in; planning again with these gives the same commands. */
  args: A;
  commands: readonly PlannedCommand[];
  /** Commands that restore the values read, in the order to send them; a string says why there is no way back. */
  undo: readonly PlannedCommand[] | string;
  /** When the undo does no harm of its own: checked when it is asked for and again before it runs. */
  undoWhile?: readonly Bound[];
  /** Sent in this order when the undo stops half way. */
  undoOtherwise?: readonly PlannedCommand[];
  /** What need not hold when it is planned, but must right before it is sent. */
  onlyWhile?: readonly Bound[];
  /** Sent in this order when the step stops after it began and before its end, so that it leaves servers that work. */
  otherwise?: readonly PlannedCommand[];
  /** Told in the thread when it is done, for as long as the servers show it and it can be undone. */
  remind?: Reminder;
  /** Sentences with figures and units: what the servers, clients and data will notice. */
  impact: readonly string[];
  risk: R;
  /** What must not change between proposal and execution. */
  watches: readonly Watched[];
}

/** Why an action is not possible or not safe here. */
export interface Refusal {
  refused: string;
  /** It is for another kind of deployment, so that nobody has to be told that it is not offered here. */
  elsewhere?: true;
  /** It is about the value that the action computed: a person may choose another. */
  choosable?: true;
}

/** What an action plans from. */
export interface Scene {
  snapshot: Snapshot;
  /** The node that the finding names. */
  node: ReadNode;
  /** What a probe saw last on a node; throws NotAnswered when it could not look, which refuses the plan with that reason. */
  read<T>(probe: Probe<T>, node?: ReadNode): T;
  /** What a probe saw at both moments, for rates; throws NotAnswered as `read` does. */
  reading<T>(probe: Probe<T>, node?: ReadNode): ReturnType<typeof readingOf<T>>;
  /** The reply to a question of `asks`; throws NotAnswered as `read` does. */
  answer(question: Question): Exclude<Reply, ReplyError>;
}

interface ActionDefinition<A, R extends Risk> {
  /** Strict; sizes that the action computes itself are optional. */
  args: z.ZodType<A>;
  needs: readonly Probe<unknown>[];
  /** Command heads that its commands, undo and questions use, for the least-privilege ACL: `['CONFIG', 'SET']`. */
  sends: readonly Command[];
  /** What its plans may turn out to be, from the least to the most. */
  risks: readonly [R, ...R[]];
  /** What to do where a service keeps one of these commands for itself, beside what it offers; a sentence without its full stop. */
  orElse?: string;
  /** What it must know of what its arguments name; the replies are there when it plans, and asked anew before it runs. */
  asks?(args: A, scene: Scene): readonly Question[];
  plan(args: A, scene: Scene): Plan<A, NoInfer<R>> | Refusal;
  /** For a server that answers nothing else: planned from why it could not be read. */
  planUnread?(args: A, node: UnreadNode): Plan<A, NoInfer<R>> | Refusal;
}

/** An action as the loaded shelf hands it around. Its id is its file name. */
export interface Action {
  args: z.ZodType;
  needs: readonly Probe<unknown>[];
  sends: readonly Command[];
  risks: readonly [Risk, ...Risk[]];
  /** It can be planned on a server that answers nothing else. */
  plansUnread: boolean;
  /** Empty when the arguments or the readings do not allow to ask; the plan then says why. */
  asks(args: unknown, snapshot: Snapshot, node: Node): readonly Question[];
  plan(args: unknown, snapshot: Snapshot, node: Node): Plan<unknown> | Refusal;
}

export function defineAction<A, R extends Risk>(action: ActionDefinition<A, R>): Action {
  return {
    args: action.args,
    needs: action.needs,
    sends: action.sends,
    risks: action.risks,
    plansUnread: action.planUnread !== undefined,
    asks(args, snapshot, node) {
      const parsed = action.args.safeParse(args);
      if (node.kind === 'unread' || !parsed.success) return [];
      const asked = orRefused(() => action.asks?.(parsed.data, sceneOf(snapshot, node)) ?? []);
      return 'refused' in asked ? [] : asked;
    },
    plan(args, snapshot, node) {
      const parsed = action.args.safeParse(args);
      // What the file says was checked when it was loaded: this is a value that somebody chose.
      if (!parsed.success) return { refused: whatIsWrong(parsed.error) };
      if (node.kind === 'unread') {
        return action.planUnread
          ? action.planUnread(parsed.data, node)
          : { refused: `${node.name} could not be read, so nothing can be planned on it` };
      }
      const { provider } = node.identity;
      const kept = provider && action.sends.find((head) => withholds(provider.id, head));
      if (provider && kept) {
        return { refused: [adviceFor(provider.id, kept), ...(action.orElse ? [action.orElse] : [])].join('. ') };
      }
      return orRefused(() => action.plan(parsed.data, sceneOf(snapshot, node)));
    },
  };
}

function whatIsWrong({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');
}

function sceneOf(snapshot: Snapshot, node: ReadNode): Scene {
  const reading: Scene['reading'] = (probe, on = node) => readingOf(on, probe);
  return {
    snapshot,
    node,
    reading,
    read: (probe, on = node) => reading(probe, on).now,
    answer: (question) => answerTo(snapshot.answers, question),
  };
}

/** What could not be looked at refuses, with the reason. */
function orRefused<T>(work: () => T): T | Refusal {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotAnswered) return { refused: error.message };
    throw error;
  }
}
