import { expect, test } from 'vitest';
import clients from '../../src/probes/clients.ts';
import { fromInfo, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s tells how many are connected and may be', (version) => {
  expect(fromInfo(clients, version)).toMatchObject({ connected_clients: 1, maxclients: 10_000, blocked_clients: 0 });
});
