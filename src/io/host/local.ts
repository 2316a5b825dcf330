import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Command, ReplyError } from '../../domain/command.ts';
import { LONGEST, TAIL } from './limits.ts';
import { late, refusal } from './refusal.ts';

/** Where the programs of a host are, whatever we were started with. */
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/run/current-system/sw/bin';

const CHUNK = 16 * 1024;

/** Asks the machine that we run on: files are read, programs are started without a shell. */
export function askLocally(questions: readonly Command[], ms: number): Promise<(string | ReplyError)[]> {
  return Promise.all(questions.map((question) => answerOf(question, ms)));
}

async function answerOf(question: Command, ms: number): Promise<string | ReplyError> {
  const [verb, ...words] = question;
  if (ms <= 0) return late(ms);
  if (verb !== 'read' && verb !== 'tail') return run(question, ms);
  // A file on a network disk that is gone is waited for by the system, for ever.
  const timeout = Promise.withResolvers<ReplyError>();
  const timer = setTimeout(() => timeout.resolve(late(ms)), ms);
  try {
    return await Promise.race([readFile(words.at(-1) ?? '', verb), timeout.promise]);
  } catch (error) {
    return refusal(String(error), question);
  } finally {
    clearTimeout(timer);
  }
}

async function readFile(path: string, verb: 'read' | 'tail'): Promise<string> {
  // A pipe without a writer must not be waited for.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const start = verb === 'read' ? 0 : Math.max(0, (await handle.stat()).size - TAIL);
  const longest = verb === 'read' ? LONGEST : TAIL;
  // To the end and not by size: the files of /proc say that they are empty.
  const chunks: Buffer[] = [];
  const stream = handle.createReadStream({ start, end: start + longest - 1, highWaterMark: CHUNK });
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function run(question: Command, ms: number): Promise<string | ReplyError> {
  const [program, ...words] = question;
  const options = { timeout: ms, killSignal: 'SIGKILL' as const, maxBuffer: LONGEST, env: { PATH, LC_ALL: 'C' } };
  const { promise, resolve } = Promise.withResolvers<string | ReplyError>();
  execFile(program, words, options, (error, stdout, stderr) => {
    const cut = error?.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
    if (error?.killed && !cut) return resolve(late(ms));
    // One that fails without a word has found nothing.
    const said = error?.code === 'ENOENT' ? 'ENOENT' : error && stdout === '' ? stderr : '';
    resolve(said === '' || cut ? stdout : refusal(said, question));
  });
  return promise;
}
