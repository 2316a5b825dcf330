import { type Binary, findBinary } from '../src/io/scratch/binary.ts';

export { type Binary, binaryAt } from '../src/io/scratch/binary.ts';

let found: Binary | undefined;

/** The server program of this machine. */
export function findRedis(): Binary {
  found ??= findBinary(process.env);
  if (found) return found;
  throw new Error(
    'There is no Redis or Valkey server on this machine. Install one: ' +
      '"sudo apt-get install redis-tools" (Debian, Ubuntu), "brew install redis" (macOS) or ' +
      '"sudo dnf install valkey" (Fedora); or set REDIS_SERVER to the path of a redis-server.',
  );
}
