import { expect, test } from 'vitest';
import probe from '../../src/probes/host-config-file.ts';
import { hostText, readHost } from '../support/host-answers.ts';

const seen = readHost(probe, { '{config_file}': hostText('redis.conf-with-secrets') });

test('parameters with their words, in any case and under their new names', () => {
  expect(Object.fromEntries(seen.values)).toEqual({
    bind: [['127.0.0.1', '-::1']],
    port: [['6379']],
    maxmemory: [['2gb']],
    'maxmemory-policy': [['allkeys-lru']],
    save: [
      ['900', '1'],
      ['300', '10'],
    ],
    'client-output-buffer-limit': [['slave', '512mb', '128mb', '60']],
    logfile: [['']],
    'replica-priority': [['50']],
    loadmodule: [['/opt/my module.so']],
  });
});

test('secrets are named, never read out', () => {
  expect(seen.secrets).toEqual(['requirepass', 'masterauth', 'user']);
  expect(JSON.stringify([...seen.values])).not.toContain('hunter');
});
