import { expect, test } from 'vitest';
import { growth } from '../../src/domain/probe.ts';
import cpu from '../../src/probes/cpu.ts';
import { fromInfo, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s tells the main thread apart', (version) => {
  const [before, now] = [fromInfo(cpu, version), fromInfo(cpu, version, 'primary-with-replica-later')];
  const used = growth({ now, before, seconds: 1 }, (sample) => sample.used_cpu_user_main_thread);
  expect(used).toBeGreaterThanOrEqual(0);
  expect(now.used_cpu_sys).toBeGreaterThan(0);
});
