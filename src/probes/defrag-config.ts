import { defineConfigProbe } from '../domain/probe.ts';

/** When active defragmentation begins, and how much of the main thread it may take. Percent, but for the bytes. */
export default defineConfigProbe({
  activedefrag: 'text?',
  'active-defrag-ignore-bytes': 'number?',
  'active-defrag-threshold-lower': 'number?',
  'active-defrag-threshold-upper': 'number?',
  'active-defrag-cycle-min': 'number?',
  'active-defrag-cycle-max': 'number?',
});
