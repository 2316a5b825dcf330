import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Command, type Reply, ReplyError } from '../domain/command.ts';
import { printable } from '../domain/printable.ts';
import { nodeName } from '../domain/target.ts';
import { bytes } from '../domain/units.ts';
import { inBytes } from '../flow/answer-questions.ts';
import type { Carrier, Clock, DeedContext, Deeds, Sent, Servers } from '../flow/ports.ts';

/** The copies of one run on one server are held in memory as a whole. */
const MOST_BYTES = 96 * 1024 * 1024;
/** What nobody took back by then is not wanted back. */
const KEEP_MS = 7 * 86_400_000;

const Kept = z.object({
  keptAt: z.number(),
  /** Base64 of what DUMP gave, by the name of the key; null for one that was not there. */
  keys: z.record(z.string(), z.object({ dump: z.string(), ttlMs: z.number().nullable() }).nullable()),
});
type Kept = z.infer<typeof Kept>;

interface KeptKeysDeps {
  servers: Servers;
  /** Only the owner of the process may read it: values are data of the customers. */
  folder: string;
  clock: Pick<Clock, 'now'>;
}

/** `keys keep <copy> <db> <key …>` copies keys aside before they are deleted, `keys restore …` puts them back. */
export function keptKeys(deps: KeptKeysDeps): NonNullable<ReturnType<Deeds['get']>> {
  return async ([, deed = '', copy = '', db = '', ...keys], context) => {
    if (!/^[0-9a-f]{16}$/.test(copy) || !/^\d{1,4}$/.test(db)) return refusal('ERR this names no copy');
    const opened = await deps.servers.carry(context.node, context.target);
    if (opened.kind === 'refused') return { kind: 'not-sent', why: opened.detail };
    const file = join(deps.folder, `${copy}-${digest(nodeName(context.node)).slice(0, 8)}.json`);
    const work = { session: opened.session, file, keys, context, now: deps.clock.now() };
    try {
      const chosen = db === '0' ? 'OK' : (await opened.session.send([['SELECT', db]])).replies[0];
      if (chosen instanceof ReplyError) return refusal(chosen.message);
      if (deed === 'keep') return await keep(deps.folder, work);
      return deed === 'restore' ? await restore(work) : refusal(`ERR keys cannot ${deed}`);
    } finally {
      opened.session.close();
    }
  };
}

interface Work {
  session: Carrier;
  file: string;
  keys: readonly string[];
  context: DeedContext;
  now: number;
}

async function keep(folder: string, { session, file, keys, context, now }: Work): Promise<Sent> {
  const kept: Kept = { keptAt: now, keys: {} };
  let total = 0;
  for (const [at, key] of keys.entries()) {
    context.signal.throwIfAborted();
    const { replies } = await session.send([inBytes(['PTTL', key]), inBytes(['DUMP', key])]);
    const [ttl, dump] = replies;
    const failed = replies.find((reply) => reply instanceof ReplyError);
    if (failed) return refusal(failed.message);
    total += typeof dump === 'string' ? dump.length : 0;
    if (total > MOST_BYTES) return refusal(`ERR the copies take more than ${bytes(MOST_BYTES)}: nothing was deleted`);
    kept.keys[key] =
      typeof dump === 'string'
        ? { dump: Buffer.from(dump, 'latin1').toString('base64'), ttlMs: Number(ttl) >= 0 ? Number(ttl) : null }
        : null;
    context.progress(`${at + 1} of ${keys.length} keys copied`);
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await forgetOld(folder, now);
  await writeWhole(file, JSON.stringify(kept));
  const there = Object.values(kept.keys).filter((one) => one !== null).length;
  return answered(`${there} of ${keys.length} keys copied aside, ${bytes(total)}`);
}

async function restore({ session, file, keys, context, now }: Work): Promise<Sent> {
  const kept = await readFile(file, 'utf8').then(
    (text) => Kept.parse(JSON.parse(text)),
    () => undefined,
  );
  if (!kept) return refusal('ERR the copy is gone: it is kept for 7 days, on the machine that deleted the keys');
  let restored = 0;
  let expired = 0;
  const taken: string[] = [];
  for (const key of keys) {
    context.signal.throwIfAborted();
    const one = kept.keys[key];
    if (!one) continue;
    // By one clock, ours: what the key had left when it was copied, less the time since.
    const left = one.ttlMs === null ? 0 : one.ttlMs - (now - kept.keptAt);
    if (one.ttlMs !== null && left <= 0) {
      expired += 1;
      continue;
    }
    const dump = Buffer.from(one.dump, 'base64').toString('latin1');
    const reply = await put(session, key, left, dump);
    if (reply instanceof ReplyError && reply.code !== 'BUSYKEY') return refusal(reply.message);
    if (reply instanceof ReplyError) taken.push(key);
    else restored += 1;
    context.progress(`${restored} of ${keys.length} keys restored`);
  }
  const told = `${restored} keys restored${expired > 0 ? `, ${expired} would have expired by now` : ''}`;
  if (taken.length === 0) return answered(told);
  const named = printable(taken.slice(0, 3).join(', '), 200);
  return refusal(`BUSYKEY ${taken.length} exist again and were left as they are (${named}); ${told}`);
}

/** OK also where an attempt before has put it back already. */
async function put(session: Carrier, key: string, ttlMs: number, dump: string): Promise<Reply | undefined> {
  const [name] = inBytes(['DUMP', key]).slice(1);
  const words: Command = ['RESTORE', name ?? '', String(Math.ceil(ttlMs)), dump];
  const [reply] = (await session.send([words])).replies;
  if (!(reply instanceof ReplyError) || reply.code !== 'BUSYKEY') return reply;
  const [there] = (await session.send([inBytes(['DUMP', key])])).replies;
  return there === dump ? 'OK' : reply;
}

async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.part`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}

async function forgetOld(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const { mtimeMs } = await stat(file);
    if (now - mtimeMs > KEEP_MS) await rm(file, { force: true });
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function answered(reply: Reply): Sent {
  return { kind: 'answered', reply };
}

function refusal(message: string): Sent {
  return answered(new ReplyError(message));
}
