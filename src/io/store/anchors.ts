import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Anchor } from '../../domain/audit-event.ts';

/** Text that is only appended to, outside the database: one `seq hash time` a line. */
const FILE = 'audit-anchors.log';

/** No more often than this while rows are appended, in ms. */
const PAUSE_MS = 1000;

export interface AnchorFile {
  /** The head of the audit chain after a commit. */
  note(head: Anchor): void;
  /** Writes what waits. */
  close(): Promise<void>;
}

/** Witnesses how far the audit chain had grown, so that a tail cut off in the database is seen. */
export function anchorFile(folder: string): AnchorFile {
  let head: Anchor | undefined;
  let timer: NodeJS.Timeout | undefined;
  let written: Promise<void> = Promise.resolve();

  function write(): void {
    timer = undefined;
    if (head === undefined) return;
    const line = `${head.seq} ${head.hash} ${new Date().toISOString()}\n`;
    head = undefined;
    timer = setTimeout(write, PAUSE_MS).unref();
    // A full disk must not stop a repair; the next anchor covers this one.
    written = written.then(() => appendFile(join(folder, FILE), line, { mode: 0o600 })).catch(() => undefined);
  }

  return {
    note(next) {
      head = next;
      if (timer === undefined) write();
    },
    async close() {
      clearTimeout(timer);
      write();
      clearTimeout(timer);
      await written;
    },
  };
}

/** The anchors of a data folder, oldest first; none when nothing was ever anchored. A torn last line is left out. */
export async function readAnchors(folder: string): Promise<Anchor[]> {
  const text = await readFile(join(folder, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return [...text.matchAll(/^(\d+) ([0-9a-f]{64}) \S+\n/gm)].map(([, seq, hash]) => ({
    seq: Number(seq),
    hash: hash ?? '',
  }));
}
