import { expect, test } from 'vitest';
import lazyfreeConfig from '../../src/probes/lazyfree-config.ts';
import { fromConfig, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s frees what users delete at once, but for Valkey', (version) => {
  expect(fromConfig(lazyfreeConfig, version).lazyfree_lazy_user_del).toBe(version.startsWith('valkey') ? 'yes' : 'no');
});
