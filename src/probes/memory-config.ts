import { defineConfigProbe } from '../domain/probe.ts';

export default defineConfigProbe({
  maxmemory: 'number',
  'maxmemory-policy': 'text',
  'client-output-buffer-limit': 'text?',
  'replica-ignore-maxmemory': 'text?',
});
