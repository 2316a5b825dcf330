import { tmpdir } from 'node:os';
import type { RdbSummary } from '../../domain/rdb.ts';
import { bytes } from '../../domain/units.ts';
import type { Scratch, ScratchOptions, ScratchOutcome } from '../../flow/backup/ports.ts';
import type { Clock } from '../../flow/ports.ts';
import { chooseProgram } from './choose.ts';
import { makeFolder, removeStale } from './folder.ts';
import { look } from './look.ts';
import { findPrograms, type Program } from './program.ts';
import { startOnSocket } from './socket-server.ts';
import { roomIn } from './spool.ts';

export interface ScratchSettings {
  /** Programs of servers, beside those on the search path. */
  programs: readonly string[];
  searchPath: string;
  clock: Clock;
  /** For its folders; the system's own for such files when absent. */
  folder?: string;
  /** Memory that may be taken, in bytes. */
  freeMemory?: () => number;
}

/** A data set in use and what a server needs beside it. */
const MEMORY_FACTOR = 1.1;
/** Of a file that does not say how much memory it takes: what compressed files grow to, at most. */
const UNPACKED_FACTOR = 4;

/** Loads files into servers that live for that alone. */
export async function openScratch(settings: ScratchSettings): Promise<Scratch> {
  const { clock, folder = tmpdir(), freeMemory = () => process.availableMemory() } = settings;
  const programs = findPrograms(settings.programs, settings.searchPath);
  await removeStale(folder, clock.now());
  return {
    engineFor(form) {
      const program = chooseProgram(programs, form);
      return 'kind' in program ? program : { kind: 'engine', engine: program.engine, version: program.version };
    },
    async load(file, options) {
      const program = chooseProgram(programs, options.summary);
      if ('kind' in program) return program;
      const needed = memoryFor(options.summary);
      const free = freeMemory();
      if (needed > free) {
        const because = `loading it takes about ${bytes(needed)} of memory and this machine has ${bytes(free)} free`;
        return { kind: 'refused', because, corrupt: false };
      }
      const room = typeof file === 'string' ? Number.POSITIVE_INFINITY : await roomIn(folder);
      if (options.summary.bytes > room) {
        const because = `the file takes ${bytes(options.summary.bytes)} and ${folder} has ${bytes(room)} left`;
        return { kind: 'refused', because, corrupt: false };
      }
      return await loadInto(program, file, options, folder, clock);
    },
  };
}

async function loadInto(
  program: Program,
  file: string | AsyncIterable<Uint8Array>,
  options: ScratchOptions,
  parent: string,
  clock: Clock,
): Promise<ScratchOutcome> {
  const { summary, signal } = options;
  signal?.throwIfAborted();
  const folder = await makeFolder(parent, file, signal);
  try {
    const highest = Math.max(15, ...summary.databases.keys());
    const server = await startOnSocket(program, folder, highest + 1);
    try {
      return await look(server, program, summary, () => clock.now(), signal);
    } finally {
      await server.stop();
    }
  } finally {
    await folder.remove();
  }
}

function memoryFor({ usedMemory, bytes: size }: RdbSummary): number {
  return usedMemory === undefined ? size * UNPACKED_FACTOR : usedMemory * MEMORY_FACTOR;
}
