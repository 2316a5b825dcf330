import { type ParameterValues, readValue } from '../../domain/parameter.ts';
import { RISK_WORDS, stepLines } from '../../domain/plan-words.ts';
import { NotAnswered } from '../../domain/probe.ts';
import { wordWith } from '../../domain/rehearsal.ts';
import type { Run } from '../../domain/run.ts';
import { nodeNamed } from '../../domain/snapshot.ts';
import { nodeName } from '../../domain/target.ts';
import { diagnose } from '../diagnose.ts';
import { observe } from '../observe.ts';
import { proposeByHand } from '../propose-by-hand.ts';
import { proposeUndo } from '../undo/propose-undo.ts';
import { arrange, differences, stateOf } from './arrange.ts';
import { act, endingOf, printed, type Rehearsing, runApproved } from './run-approved.ts';
import { RehearsalFailed } from './stage.ts';

/** Between two looks whether something has come about, in ms. */
const EVERY_MS = 250;

/**
 * Tries a playbook on servers of our own: the state is brought about, diagnosed, the plan proposed, approved, run and
 * verified as in production, and what can be undone is. Throws RehearsalFailed with what did not come as expected.
 */
export async function rehearse(one: Rehearsing): Promise<void> {
  const { loaded, stage, target, ports, tell } = one;
  const { rehearse: asked } = loaded.playbook;
  if (!asked) throw new RehearsalFailed(`${loaded.id} has no section rehearse`);
  tell(
    `${loaded.id} on ${stage.engine}: ${stage.servers.map((server) => `${server.name} (${nodeName(server)})`).join(', ')}`,
  );
  await arrange(stage, ports.servers, target, ports.clock);
  await untilReady(one);
  const { expect } = asked;
  await mustFind(one, expect.finding ?? loaded.playbook.when[0] ?? '');
  const proposed = await proposeByHand(ports, {
    playbook: loaded.id,
    target: target.name,
    by: one.asker,
    values: valuesOf(one),
  });
  if (proposed.kind === 'refused') {
    tell(`refused: ${proposed.sentence}`);
    if (expect.refused !== undefined && proposed.sentence.includes(expect.refused)) return;
    throw new RehearsalFailed(
      expect.refused === undefined
        ? `it was not proposed: ${proposed.sentence}`
        : `it was refused for another reason than "${expect.refused}"`,
    );
  }
  if (expect.refused !== undefined) throw new RehearsalFailed(`it was proposed, although it should be refused`);
  tell(`proposed on ${proposed.proposal.node}, ${RISK_WORDS[proposed.proposal.risk]}`);
  for (const line of proposed.proposal.steps.flatMap(stepLines)) tell(`  ${line}`);
  // Where nothing is taken back the state may be one in which nobody can ask for it.
  const before = expect.undo ? await stateOf(stage, ports.servers, target) : undefined;
  const run = await runApproved(one, proposed.proposal);
  if ((run.verdict === 'verified') !== expect.verified) {
    throw new RehearsalFailed(`it should ${expect.verified ? '' : 'not '}be verified, but ended as ${endingOf(run)}`);
  }
  if (before) await undo(one, run, before);
}

/** Waits until the state that the rehearsal is about has come. */
async function untilReady({ loaded, target, ports, stage, tell }: Rehearsing): Promise<void> {
  const { ready } = loaded;
  const timeout = loaded.playbook.rehearse?.ready?.timeout_s ?? 0;
  if (!ready) return;
  const place = stage.servers.find(({ name }) => name === loaded.playbook.rehearse?.node) ?? stage.servers[0];
  let seen = 'it does not hold';
  const { servers, clock, shelves } = ports;
  for (const until = clock.now() + timeout * 1000; clock.now() < until; await clock.sleep(EVERY_MS)) {
    const snapshot = await observe({ servers, clock, probes: shelves.probes }, target, { seconds: 0 });
    const node = place && nodeNamed(snapshot, nodeName(place));
    try {
      if (node?.kind === 'read' && ready.holds(node)) {
        tell(`ready: ${ready.text}`);
        return;
      }
    } catch (error) {
      if (!(error instanceof NotAnswered)) throw error;
      seen = error.message;
    }
  }
  throw new RehearsalFailed(`it did not become ready within ${timeout} s: ${ready.text}: ${seen}`);
}

/** The finding is there, names the playbook as its remedy, and says so on the server that is meant. */
async function mustFind({ loaded, target, ports, tell }: Rehearsing, rule: string): Promise<void> {
  const { report } = await diagnose(ports, target, { seconds: ports.windowSeconds });
  const found = report.findings.filter(({ id }) => id === rule);
  for (const { id, severity, node, headline } of report.findings) {
    if (severity !== 'info' || id === rule) tell(`found ${severity} ${id} on ${node}: ${headline}`);
  }
  if (found.length === 0) {
    const blind = report.unassessed.find(({ id }) => id === rule);
    throw new RehearsalFailed(`${rule} was not found${blind ? `: it could not be assessed: ${blind.reason}` : ''}`);
  }
  if (!found.some(({ playbooks }) => playbooks.includes(loaded.id))) {
    throw new RehearsalFailed(`${rule} does not offer ${loaded.id} for a target of this purpose`);
  }
}

function valuesOf({ loaded, stage }: Rehearsing): ParameterValues {
  const places = new Map(stage.servers.map((server) => [server.name, server]));
  const given = Object.entries(loaded.playbook.rehearse?.parameters ?? {});
  return Object.fromEntries(
    given.map(([name, written]) => {
      const type = loaded.parameters.find((known) => known.name === name)?.spec.type ?? 'text';
      if (typeof written === 'boolean') return [name, written];
      const read = readValue(type, wordWith(String(written), places));
      // Durations and sizes may stand there as plain numbers.
      return [name, 'value' in read ? read.value : written];
    }),
  );
}

async function undo(one: Rehearsing, run: Run, before: ReadonlyMap<string, string>): Promise<void> {
  const { loaded, ports, stage, target, asker, tell } = one;
  for (const deed of loaded.playbook.rehearse?.before_undo ?? []) {
    await act(one, deed);
    tell(`before the undo: ${printed(deed)}`);
  }
  const back = await proposeUndo(ports, { run: run.id, by: asker });
  if (back.kind === 'refused') {
    tell(`no undo: ${back.sentence}`);
    return;
  }
  tell('undo');
  const undone = await runApproved(one, back.proposal);
  if (undone.verdict !== 'verified') throw new RehearsalFailed(`the undo ended as ${endingOf(undone)}`);
  const left = differences(before, await stateOf(stage, ports.servers, target));
  if (left.length > 0) throw new RehearsalFailed(`the undo did not bring the state back: ${left.join('; ')}`);
  tell('the state is as before');
}
