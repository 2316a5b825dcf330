import { defineConfigProbe } from '../domain/probe.ts';

/** What is freed in the background instead of by the thread that runs the commands. */
export default defineConfigProbe({
  'lazyfree-lazy-user-del': 'text?',
  'lazyfree-lazy-server-del': 'text?',
  'lazyfree-lazy-expire': 'text?',
  'lazyfree-lazy-eviction': 'text?',
});
