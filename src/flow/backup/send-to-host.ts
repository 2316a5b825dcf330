import { ReplyError } from '../../domain/command.ts';
import { NO_LOGIN } from '../../domain/host-access.ts';
import { hostCommand } from '../../domain/host-blanks.ts';
import { RESTORE_TEMPLATES } from '../../domain/host-command.ts';
import type { RestoreValues } from '../../domain/host-restore.ts';
import { textReply } from '../../domain/probe.ts';
import { sshHost } from '../../domain/target.ts';
import { bytes } from '../../domain/units.ts';
import type { DeedContext, Hosts, HostWriter } from '../ports.ts';
import type { BackupFile } from './file.ts';
import type { Works } from './works.ts';

type Answer = { done: string } | { failed: string };
/** The folder of data, and as whose file it is put there. */
type Place = Pick<RestoreValues, 'data' | 'owner' | 'mode'>;
type Means = { works: Works; hosts: Hosts };

/** Sends a backup to the machine of a server, beside its data under a name that nobody takes for whole, and compares it there. */
export async function sendToHost(
  { works, hosts }: Means,
  file: BackupFile,
  place: Place,
  context: DeedContext,
): Promise<Answer> {
  const { target, node, signal } = context;
  const { host } = target;
  if (host?.kind !== 'ssh') return { failed: NO_LOGIN };
  const opened = await hosts.write(host, sshHost(host, node));
  if (opened.kind === 'refused') return { failed: opened.detail };
  const { session } = opened;
  // Also where the machine takes nothing any more.
  const cut = () => session.close();
  signal.addEventListener('abort', cut, { once: true });
  try {
    return await sendAndCompare(session, works, file, place, context);
  } finally {
    signal.removeEventListener('abort', cut);
    session.close();
  }
}

async function sendAndCompare(
  session: HostWriter,
  works: Works,
  file: BackupFile,
  place: Place,
  context: DeedContext,
): Promise<Answer> {
  const { backup } = file;
  const answerTo = async (step: 'begin' | 'receive' | 'size' | 'digest') => {
    const input = step === 'receive' ? paced(works, file, context) : undefined;
    const sent = await session.send(hostCommand(RESTORE_TEMPLATES[step], place), input);
    if (sent.kind !== 'answered') throw new NotTaken(sent.why);
    if (sent.reply instanceof ReplyError) throw new NotTaken(sent.reply.message);
    return textReply(sent.reply);
  };
  try {
    await answerTo('begin');
    await answerTo('receive');
    const size = await answerTo('size');
    if (size !== String(backup.bytes)) return { failed: `${size} bytes arrived of ${backup.bytes}` };
    context.progress('comparing its SHA-256 on the machine');
    const [digest] = (await answerTo('digest')).split(' ');
    if (digest !== backup.sha256) return { failed: `its SHA-256 on the machine is ${digest}, not ${backup.sha256}` };
    return { done: `${bytes(backup.bytes)} sent; length and SHA-256 are the same on the machine` };
  } catch (error) {
    if (error instanceof NotTaken) return { failed: error.message };
    throw error;
  }
}

class NotTaken extends Error {}

/** The file piece by piece, no faster than is allowed; ends with an error when the run is stopped. */
async function* paced(
  { clock, bytesPerSecond }: Works,
  file: BackupFile,
  context: DeedContext,
): AsyncGenerator<Uint8Array> {
  const { signal } = context;
  const began = clock.now();
  let sent = 0;
  for await (const piece of file.read()) {
    signal.throwIfAborted();
    yield piece;
    sent += piece.length;
    context.progress(`${bytes(sent)} of ${bytes(file.backup.bytes)} sent`);
    const ahead = bytesPerSecond === undefined ? 0 : (sent / bytesPerSecond) * 1000 - (clock.now() - began);
    if (ahead > 0) await clock.sleep(ahead, signal);
  }
}
