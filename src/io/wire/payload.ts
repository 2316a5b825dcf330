import { CopyCut } from '../../flow/backup/ports.ts';
import { type Link, LinkLost } from './link.ts';

/** How the server says where the RDB ends. */
export type Frame = { kind: 'length'; bytes: number } | { kind: 'mark'; mark: Buffer };

const MARK_BYTES = 40;

/** The line before an RDB: `$1024`, or `$EOF:` and a mark that follows its last byte. */
export function frameIn(line: string): Frame | undefined {
  const [, mark, length] = /^\$(?:EOF:(.+)|(\d+))$/s.exec(line) ?? [];
  if (mark !== undefined) {
    return mark.length === MARK_BYTES ? { kind: 'mark', mark: Buffer.from(mark, 'latin1') } : undefined;
  }
  return length === undefined ? undefined : { kind: 'length', bytes: Number(length) };
}

/** The RDB and nothing after it. Throws CopyCut when the link ends before it does. */
export async function* payload(link: Link, frame: Frame): AsyncGenerator<Buffer, void, undefined> {
  let received = 0;
  const chunks = frame.kind === 'length' ? ofLength(link, frame.bytes) : untilMark(link, frame.mark);
  try {
    for await (const chunk of chunks) {
      received += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (!(error instanceof LinkLost)) throw error;
    throw new CopyCut(`The copy was cut after ${received} B: ${error.message}`, received);
  }
}

async function* ofLength(link: Link, bytes: number): AsyncGenerator<Buffer, void, undefined> {
  for (let left = bytes; left > 0; ) {
    const chunk = (await next(link)).subarray(0, left);
    left -= chunk.length;
    yield chunk;
  }
}

async function* untilMark(link: Link, mark: Buffer): AsyncGenerator<Buffer, void, undefined> {
  let held = Buffer.alloc(0);
  for (;;) {
    const chunk = await next(link);
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const end = bytes.indexOf(mark);
    if (end >= 0) {
      if (end > 0) yield bytes.subarray(0, end);
      return;
    }
    const safe = bytes.length - begunAtTheEnd(bytes, mark);
    held = Buffer.from(bytes.subarray(safe));
    if (safe > 0) yield bytes.subarray(0, safe);
  }
}

/** How many of the last bytes may be the beginning of the mark. */
function begunAtTheEnd(bytes: Buffer, mark: Buffer): number {
  for (let length = Math.min(bytes.length, mark.length - 1); length > 0; length -= 1) {
    if (bytes[bytes.length - length] !== mark[0]) continue;
    if (bytes.subarray(bytes.length - length).equals(mark.subarray(0, length))) return length;
  }
  return 0;
}

async function next(link: Link): Promise<Buffer> {
  const chunk = await link.next();
  if (!chunk) throw new LinkLost('the server closed the connection');
  return chunk;
}
