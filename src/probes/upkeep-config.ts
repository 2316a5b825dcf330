import { defineConfigProbe } from '../domain/probe.ts';

/** How often and how hard the server looks after expired keys, clients and its tables. */
export default defineConfigProbe({
  hz: 'number?',
  'dynamic-hz': 'text?',
  'active-expire-effort': 'number?',
});
