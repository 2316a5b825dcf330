import { withoutHashes } from '../domain/acl-account.ts';
import type { Action } from '../domain/action.ts';
import { type Answers, type Question, questionKey } from '../domain/answers.ts';
import { type Command, type Reply, ReplyError } from '../domain/command.ts';
import { ConnectionLost } from '../domain/connection-lost.ts';
import type { Finding } from '../domain/finding.ts';
import type { ParameterValues } from '../domain/parameter.ts';
import { filledIn } from '../domain/parameter-references.ts';
import type { LoadedPlaybook } from '../domain/playbook.ts';
import { type Node, nodeNamed, type Snapshot } from '../domain/snapshot.ts';
import { parseNodeName, type Target } from '../domain/target.ts';
import { resolveParameters } from './parameters.ts';
import type { Servers, Shelves } from './ports.ts';

/** An action that is about to be planned. */
export interface Intended {
  action: Action | undefined;
  args: unknown;
  node: Node;
}

interface Deps {
  servers: Servers;
  shelves: Pick<Shelves, 'actions' | 'playbooks'>;
}

/** The snapshot with the answers to what these actions must know of the keys, users and commands that they name. */
export async function withAnswers(
  servers: Servers,
  snapshot: Snapshot,
  intended: readonly Intended[],
): Promise<Snapshot> {
  const questions = intended.flatMap(({ action, args, node }) => action?.asks(args, snapshot, node) ?? []);
  if (questions.length === 0) return snapshot;
  const answers = await askAll(servers, snapshot.target, questions);
  return { ...snapshot, answers: new Map([...(snapshot.answers ?? []), ...answers]) };
}

/** Asks each server what is asked of it; where it cannot be asked, the reason stands in place of the reply. */
export async function askAll(servers: Servers, target: Target, questions: readonly Question[]): Promise<Answers> {
  const byNode = Map.groupBy(questions, ({ node }) => node);
  const answers = await Promise.all([...byNode].map(([node, asked]) => askNode(servers, target, node, asked)));
  return new Map(answers.flatMap((each) => [...each]));
}

/** What the actions of a playbook, with these values for its parameters, are about to be given. */
export function intendedBy(
  { playbook, parameters }: LoadedPlaybook,
  { snapshot, node, values }: { snapshot: Snapshot; node: Node; values: ParameterValues },
  { actions }: Pick<Shelves, 'actions'>,
): Intended[] {
  if (node.kind === 'unread') return [];
  const resolved = resolveParameters(parameters, snapshot, node, values);
  if (resolved.kind === 'wrong') return [];
  return playbook.steps.flatMap((step) =>
    'action' in step ? [{ action: actions.get(step.action), args: filledIn(step.with, resolved.values), node }] : [],
  );
}

/** The same for all that a report may propose. */
export async function withAnswersFor(
  { servers, shelves }: Deps,
  snapshot: Snapshot,
  findings: readonly Finding[],
): Promise<Snapshot> {
  const intended = findings.flatMap((finding) => {
    const node = nodeNamed(snapshot, finding.node);
    return finding.playbooks.flatMap((id) => {
      const loaded = shelves.playbooks.get(id);
      return loaded && node ? intendedBy(loaded, { snapshot, node, values: {} }, shelves) : [];
    });
  });
  return withAnswers(servers, snapshot, intended);
}

async function askNode(
  servers: Servers,
  target: Target,
  node: string,
  questions: readonly Question[],
): Promise<Answers> {
  const opened = await servers.inspect(parseNodeName(node), target);
  if (opened.kind === 'refused') return allAre(questions, opened.detail);
  try {
    const byDb = Map.groupBy(questions, ({ db = 0 }) => db);
    const answers = new Map<string, Reply>();
    for (const [db, asked] of byDb) {
      // A cluster has no other database and refuses SELECT.
      const select: Command[] = db === 0 ? [] : [['SELECT', String(db)]];
      const { replies } = await opened.session.ask([...select, ...asked.map(({ command }) => inBytes(command))]);
      const [first] = replies;
      const failed = select.length > 0 && first instanceof ReplyError ? first : undefined;
      for (const [at, question] of asked.entries()) {
        answers.set(questionKey(question), failed ?? shown(question, replies[at + select.length] ?? null));
      }
    }
    return answers;
  } catch (error) {
    if (error instanceof ConnectionLost) return allAre(questions, error.message);
    throw error;
  } finally {
    opened.session.close();
  }
}

function allAre(questions: readonly Question[], why: string): Answers {
  return new Map(questions.map((question) => [questionKey(question), new ReplyError(why)]));
}

/** Such a session speaks bytes, one character each. */
export function inBytes([name, ...words]: Command): Command {
  return [name, ...words.map((word) => Buffer.from(word, 'utf8').toString('latin1'))];
}

/** Password hashes end here. */
function shown({ command: [name, word] }: Question, reply: Reply): Reply {
  const told = asText(reply);
  return name === 'ACL' && word === 'GETUSER' ? withoutHashes(told) : told;
}

function asText(reply: Reply): Reply {
  if (typeof reply === 'string') return Buffer.from(reply, 'latin1').toString('utf8');
  return Array.isArray(reply) ? reply.map((inner: Reply) => asText(inner)) : reply;
}
