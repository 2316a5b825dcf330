import { parseNodeName } from '../../src/domain/target.ts';
import type { ReadSketch, Told } from './scene.ts';

/** A server by its name, `a:6379`, and whom it follows: the bare graph of a replication group. */
export function server(name: string, follows?: string, readings: readonly Told[] = []): ReadSketch {
  return {
    name,
    role: follows === undefined ? 'primary' : 'replica',
    readings,
    ...(follows !== undefined && { identity: { primary: parseNodeName(follows) } }),
  };
}
