import { expect, test } from 'vitest';
import defragConfig from '../../src/probes/defrag-config.ts';
import { fromConfig, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s does not defragment by default', (version) => {
  expect(fromConfig(defragConfig, version).activedefrag ?? 'no').toBe('no');
});
