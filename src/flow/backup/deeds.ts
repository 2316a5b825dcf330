import { type Backup, BackupId, describeBackup, isVerified } from '../../domain/backup.ts';
import type { BackupSettings } from '../../domain/backup-settings.ts';
import type { Command } from '../../domain/command.ts';
import { NO_CEILING } from '../../domain/keys-back.ts';
import type { RdbKey } from '../../domain/rdb.ts';
import { bytes } from '../../domain/units.ts';
import type { DeedContext, Deeds, Hosts, Sent } from '../ports.ts';
import { replicasFollow, settled } from './after-restore.ts';
import { compareWithServer } from './compare.ts';
import { type BackupFile, openFile } from './file.ts';
import { putBack } from './keys/put-back.ts';
import { sendToHost } from './send-to-host.ts';
import { serveBackup } from './serve.ts';
import { takeBackup } from './take.ts';
import { drawFrom, verifyFile } from './verify.ts';
import type { Works } from './works.ts';

/** What a run has in hand: the file of a backup, and what was drawn from it for the comparison that follows. */
interface InHand {
  file: BackupFile;
  sample?: readonly RdbKey[];
}
/** By run and backup. */
type Hands = Map<string, InHand>;

export interface DeedSettings extends Pick<BackupSettings, 'serve'> {
  works: Works;
  hosts: Hosts;
}

/** What a plan can ask of redis-medic about backups: `backup take`, `backup verify <id>` and what a restore needs. */
export function backupDeeds(settings: DeedSettings): Deeds {
  const hands: Hands = new Map();
  return new Map([
    [
      'backup',
      async ([, deed = '', ...words]: Command, context: DeedContext): Promise<Sent> => {
        const does = DEEDS[deed];
        if (!does) return notDone(`redis-medic cannot do backup ${deed}`);
        const answer = await does(settings, hands, words, context);
        return 'done' in answer ? { kind: 'answered', reply: answer.done } : notDone(answer.failed);
      },
    ],
  ]);
}

type Answer = { done: string } | { failed: string };
type Deed = (settings: DeedSettings, hands: Hands, words: readonly string[], context: DeedContext) => Promise<Answer>;

function notDone(why: string): Sent {
  return { kind: 'not-sent', why };
}

function told(context: DeedContext): (text: string) => void {
  return (text) => context.progress(text);
}

const take: Deed = async ({ works }, _hands, [reason], context) => {
  const { target, node, run, signal } = context;
  const kind = reason === 'safety-copy' ? 'safety-copy' : 'run';
  const taken = await takeBackup(works, { target, node, reason: { kind, run }, signal, progress: told(context) });
  if (taken.kind === 'failed') return { failed: taken.because };
  const { backup } = taken;
  return { done: `${backup.id}: ${describeBackup(backup)}. ${backup.verification.said}` };
};

const verify: Deed = async ({ works }, hands, [id, demand], context) => {
  const { signal } = context;
  const found = await backupNamed(works, id);
  if (typeof found === 'string') return { failed: found };
  const hand = await takeInHand(works, hands, found, context);
  const { backup, sample } = await verifyFile(works, hand.file, { signal, progress: told(context) });
  const { verdict, said } = backup.verification;
  if (verdict === 'broken') return { failed: `${backup.id} is broken: ${said}` };
  // What was approved says that a server loads it first.
  if (demand === 'loaded' && !isVerified(backup)) return { failed: `no server has loaded ${backup.id}: ${said}` };
  hand.sample = sample;
  return { done: said };
};

const serve: Deed = async ({ works, serve: settings }, hands, [id, port], context) => {
  const backup = await backupNamed(works, id);
  if (typeof backup === 'string') return { failed: backup };
  const { file } = await takeInHand(works, hands, backup, context);
  const served = await serveBackup(works, settings, file, Number(port), context);
  return typeof served === 'string'
    ? { failed: served }
    : { done: `${bytes(backup.bytes)} wait at ${served.host}:${served.port}` };
};

const send: Deed = async ({ works, hosts }, hands, [id, data = '', owner = '', mode = ''], context) => {
  const backup = await backupNamed(works, id);
  if (typeof backup === 'string') return { failed: backup };
  const { file } = await takeInHand(works, hands, backup, context);
  return sendToHost({ works, hosts }, file, { data, owner, mode }, context);
};

const compare: Deed = async ({ works }, hands, [id, served], context) => {
  const backup = await backupNamed(works, id);
  if (typeof backup === 'string') return { failed: backup };
  const hand = await takeInHand(works, hands, backup, context);
  // Of one that a process before us has tried.
  hand.sample ??= await drawFrom(works, hand.file);
  return compareWithServer(works, backup, hand.sample, context, { served: served === 'served' });
};

const followed: Deed = async ({ works }, _hands, _words, context) => replicasFollow(works, context);

const settle: Deed = async ({ works }, _hands, _words, context) => settled(works, context);

const restoreKeys: Deed = async ({ works }, hands, [id, existing, most, largest], context) => {
  const backup = await backupNamed(works, id);
  if (typeof backup === 'string') return { failed: backup };
  if (existing !== 'keep' && existing !== 'replace') return { failed: `keys that are there are kept or replaced` };
  const { file } = await takeInHand(works, hands, backup, context);
  const bounds = { largest: Number(largest), ...(most !== NO_CEILING && { ceiling: Number(most) }) };
  if (Object.values(bounds).some((bound) => !(bound > 0))) return { failed: 'how much may be put back is not said' };
  return putBack(works, { file, existing, ...bounds }, context);
};

const DEEDS: Readonly<Record<string, Deed>> = {
  take,
  verify,
  serve,
  send,
  compare,
  followed,
  settle,
  'restore-keys': restoreKeys,
};

/** Opens the file of a backup for the whole of a run, unless the run has it open. */
async function takeInHand(works: Works, hands: Hands, backup: Backup, context: DeedContext): Promise<InHand> {
  const name = `${context.run} ${backup.id}`;
  const open = hands.get(name);
  if (open) return open;
  const { signal } = context;
  const hand: InHand = { file: await openFile(works, backup, { signal, progress: told(context) }) };
  hands.set(name, hand);
  context.atEnd(async () => {
    hands.delete(name);
    await hand.file.release();
  });
  return hand;
}

async function backupNamed({ catalog }: Works, name: string | undefined): Promise<Backup | string> {
  const id = BackupId.safeParse(name).data;
  return (id && (await catalog.get(id))) ?? `there is no backup ${name} in ${catalog.place.shown}`;
}
