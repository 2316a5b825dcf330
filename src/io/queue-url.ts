import { problem } from '../domain/problem.ts';
import { hideCredentials } from '../domain/scrub.ts';

/** How to reach the Redis of the queue; throws when the URL is none. */
export function redisOptions(url: string): { url: string; maxRetriesPerRequest: number } {
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) throw problem('queue-url-invalid', hideCredentials(url));
  // A request that cannot reach the Redis soon fails: whoever clicked must not wait for ever.
  return { url, maxRetriesPerRequest: 2 };
}
