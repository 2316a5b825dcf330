import type { PlannedCommand } from '../../domain/proposal.ts';
import type { RunStep } from '../../domain/run.ts';
import { parseNodeName } from '../../domain/target.ts';
import type { Ports, Sent } from '../ports.ts';
import { type Claim, ownRun } from './claim.ts';
import { heeding } from './heed.ts';

/** How often progress is shown, in ms. */
const SHOW_MS = 2000;

/** Closes what the deeds of a run have left open, last first. */
export class Leftovers {
  readonly #closers: (() => Promise<void>)[] = [];

  add(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  async close(ports: Ports): Promise<void> {
    for (const close of this.#closers.splice(0).toReversed()) {
      await close().catch((error: unknown) => ports.log.warn({ err: error }, 'the end of a deed failed'));
    }
  }
}

/** Lets redis-medic do what an approved command says, with its progress in the thread and an end when the run is stopped. */
export async function doDeed(
  ports: Ports,
  claim: Claim,
  leftovers: Leftovers,
  row: RunStep,
  command: PlannedCommand,
): Promise<Sent> {
  const deed = ports.deeds.get(command.argv[0]);
  if (!deed) return { kind: 'not-sent', why: `redis-medic cannot do ${command.argv[0]} here` };
  const shower = progressShower(ports, claim, row);
  try {
    return await heeding(ports, claim, ({ signal }) =>
      deed(command.argv, {
        run: claim.run.id,
        node: parseNodeName(command.node),
        target: claim.target,
        signal,
        progress: (text) => shower.show(text),
        atEnd: (close) => leftovers.add(close),
      }),
    );
  } catch (error) {
    ports.log.warn({ run: claim.run.id, err: error }, 'a deed failed');
    return { kind: 'not-sent', why: error instanceof Error ? error.message : String(error) };
  } finally {
    await shower.end();
  }
}

function progressShower(ports: Ports, claim: Claim, row: RunStep) {
  let shownAt = 0;
  let over = false;
  let showing = Promise.resolve();
  return {
    show(text: string) {
      const now = ports.clock.now();
      // What it left open may go on telling: its row has its answer by then.
      if (over || now - shownAt < SHOW_MS) return;
      shownAt = now;
      showing = showing
        .then(async () => {
          await ports.store.transaction(async (tx) => {
            await ownRun(ports, tx, claim);
            await tx.saveStep({ ...row, reply: text });
            await ports.face.show(tx, claim.run.incident);
          });
          ports.face.wake();
        })
        .catch((error: unknown) => ports.log.warn({ run: claim.run.id, err: error }, 'progress not shown'));
    },
    end() {
      over = true;
      return showing;
    },
  };
}
