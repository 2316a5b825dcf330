import { answerTo, type Question } from '../../domain/answers.ts';
import { printCommand } from '../../domain/command.ts';
import { signSays } from '../../domain/keys/key-signs.ts';
import { NotAnswered, type Probe } from '../../domain/probe.ts';
import type { PlannedCommand } from '../../domain/proposal.ts';
import type { RunStep } from '../../domain/run.ts';
import { nodeNamed, type Snapshot } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import { askAll } from '../answer-questions.ts';
import { drift } from '../fingerprint.ts';
import { neededByReadings } from '../host-needs.ts';
import type { Ports } from '../ports.ts';
import { keyOf } from '../undo/ledger.ts';
import type { Claim } from './claim.ts';
import { type Heed, heeding } from './heed.ts';
import { keepRow } from './keep-row.ts';
import { look } from './look.ts';

/** For how long a server that cannot be read, as one that restarts and loads its data, is looked at again, in ms. */
const PATIENCE_MS = 30_000;
const EVERY_MS = 1000;

/** What the servers show of a command that was not answered. `restarted`: as another process, so that it will not come any more. */
export type Sight =
  | { kind: 'applied' }
  | { kind: 'not-applied'; restarted: boolean }
  | { kind: 'unseen'; because: string };

/** Its server cannot be looked at now, but may be soon. */
interface Unreadable {
  kind: 'unreadable';
  because: string;
}

/** Looks whether a command was applied whose answer is missing (`why`); its row tells meanwhile what is waited for. */
export function seeApplied(
  ports: Ports,
  claim: Claim,
  row: RunStep,
  command: PlannedCommand,
  why: string,
): Promise<Sight> {
  const watching = { ports, claim, row, command, why };
  // What is on its way back is not held up by people.
  if (row.kind === 'rescue') return lookPatiently(watching, (ms) => ports.clock.sleep(ms).then(() => undefined));
  return heeding(ports, claim, ({ rest }) => lookPatiently(watching, rest));
}

/** What it sets comes some time after its answer, as the roles after FAILOVER: not to see it says nothing yet. */
export function takesEffectLater({ applied, until }: PlannedCommand): boolean {
  const later = new Set((until?.shows ?? []).map(keyOf));
  return applied.some((value) => later.has(keyOf(value)));
}

interface Watching {
  ports: Ports;
  claim: Claim;
  row: RunStep;
  command: PlannedCommand;
  why: string;
}

async function lookPatiently(watching: Watching, rest: Heed['rest']): Promise<Sight> {
  const { ports, claim, command } = watching;
  const { applied, signs = [] } = command;
  if (applied.length + signs.length === 0) return { kind: 'unseen', because: 'nothing of it can be seen afterwards' };
  const end = ports.clock.now() + PATIENCE_MS;
  let told: string | undefined;
  for (;;) {
    const sight = await lookOnce(ports, claim, watching.row, command);
    if (sight.kind !== 'unreadable') return sight;
    if (ports.clock.now() >= end) {
      return { kind: 'unseen', because: `after ${duration(PATIENCE_MS / 1000)} still: ${sight.because}` };
    }
    if (told !== sight.because) await tell(watching, sight.because);
    told = sight.because;
    const stopped = await rest(EVERY_MS);
    if (stopped !== undefined) return { kind: 'unseen', because: `${sight.because}, and ${stopped}` };
  }
}

function tell({ ports, claim, row, why }: Watching, because: string): Promise<void> {
  const reply = `no answer (${why}); it is looked at for up to ${duration(PATIENCE_MS / 1000)}: ${because}`;
  return keepRow(ports, claim, { ...row, reply });
}

async function lookOnce(
  ports: Ports,
  claim: Claim,
  row: RunStep,
  command: PlannedCommand,
): Promise<Sight | Unreadable> {
  const { applied, signs = [] } = command;
  const { probes } = ports.shelves;
  const snapshot = await look(ports, claim, neededByReadings(applied, ports.shelves));
  const because =
    (signs.length > 0 ? unreadable(snapshot, command.node) : undefined) ??
    applied.map(({ node, reading }) => unreadable(snapshot, node, probes.get(probeOf(reading)))).find(Boolean);
  if (because !== undefined) return { kind: 'unreadable', because };
  const told = applied.length === 0 ? [] : [drift(applied, snapshot, probes).changed.length === 0];
  const signed = await askKeys(ports, snapshot, command);
  if (!Array.isArray(signed)) return signed;
  const all = new Set([...told, ...signed]);
  if (all.size > 1) return { kind: 'unseen', because: 'of some keys it shows, of others it does not' };
  return all.has(true)
    ? { kind: 'applied' }
    : { kind: 'not-applied', restarted: isAnother(claim, row, command, snapshot) };
}

/** Whether it shows, for each of its signs. */
async function askKeys(
  ports: Ports,
  snapshot: Snapshot,
  command: PlannedCommand,
): Promise<boolean[] | Sight | Unreadable> {
  const { node, db, signs = [] } = command;
  const questions = signs.map(({ ask }): Question => ({ node, ...(db !== undefined && { db }), command: ask }));
  const answers = await askAll(ports.servers, snapshot.target, questions);
  const shows: boolean[] = [];
  for (const [at, question] of questions.entries()) {
    const sign = signs[at];
    if (!sign) continue;
    try {
      const reply = Number(answerTo(answers, question) ?? 0);
      const says = signSays(sign, reply);
      if (says === 'unclear') {
        const because = `${printCommand(question.command)} answers ${reply}, which says neither: it may have been made anew`;
        return { kind: 'unseen', because };
      }
      shows.push(says === 'applied');
    } catch (error) {
      if (!(error instanceof NotAnswered)) throw error;
      return { kind: 'unreadable', because: error.message };
    }
  }
  return shows;
}

/** Why a server, or this of it, cannot be looked at now. */
function unreadable(snapshot: Snapshot, name: string, probe?: Probe<unknown>): string | undefined {
  const node = nodeNamed(snapshot, name);
  if (node?.kind !== 'read') return `${name}: ${node?.detail ?? 'nobody knows of it'}`;
  if (node.identity.loading) return `${name} is loading its data`;
  const outcome = probe && node.outcomes.get(probe);
  return outcome?.kind === 'unanswered' ? `${name}: ${outcome.reason}` : undefined;
}

/** Another process answers there than the one that the step was planned for. */
function isAnother({ proposal }: Claim, { step }: RunStep, { node }: PlannedCommand, snapshot: Snapshot): boolean {
  const planned = proposal.steps[step];
  if (planned?.kind !== 'action') return false;
  const before = planned.expects.find((one) => one.node === node && one.reading === 'server.run_id');
  const now = nodeNamed(snapshot, node);
  return before !== undefined && now?.kind === 'read' && now.identity.runId !== before.value;
}

function probeOf(reading: string): string {
  return reading.split('.')[0] ?? '';
}
