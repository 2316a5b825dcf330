import { expect, test } from 'vitest';
import replicationConfig from '../../src/probes/replication-config.ts';
import { fromConfig, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s tells the size of its backlog and buffers', (version) => {
  const reading = fromConfig(replicationConfig, version);
  expect(reading.repl_backlog_size).toBe(
    version === 'valkey-8.1.1' || version === 'valkey-9.1.2' ? 10_485_760 : 1_048_576,
  );
  expect(reading).toMatchObject({ repl_backlog_ttl: 3600, repl_timeout: 60, replica_serve_stale_data: 'yes' });
});

test('secrets are never asked for', () => {
  expect(Object.keys(replicationConfig.fields).filter((name) => /auth|pass/.test(name))).toEqual([]);
});
