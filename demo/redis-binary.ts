import { findProgram, type Program } from '../src/io/scratch/program.ts';

export type { Startable } from '../src/io/scratch/program.ts';

let found: Program | undefined;

/** The server program of this machine. */
export function findRedis(): Program {
  found ??= findProgram(process.env);
  if (found) return found;
  throw new Error(
    'There is no Redis or Valkey server on this machine. Install one: ' +
      '"sudo apt-get install redis-tools" (Debian, Ubuntu), "brew install redis" (macOS) or ' +
      '"sudo dnf install valkey" (Fedora); or set REDIS_SERVER to the path of a redis-server.',
  );
}
