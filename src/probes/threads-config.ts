import { defineConfigProbe } from '../domain/probe.ts';

/** How many threads read and write sockets beside the one that runs the commands; 1 is none. */
export default defineConfigProbe({
  'io-threads': 'number?',
});
