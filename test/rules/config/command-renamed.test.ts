import { expect, test } from 'vitest';
import aclLog from '../../../src/probes/acl-log.ts';
import latencyHistogram from '../../../src/probes/latency-histogram.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import rule from '../../../src/rules/config/command-renamed.ts';
import { said, saw, scene, type Told } from '../../support/scene.ts';

test.each<[string, Told[], string]>([
  ['all are known', [saw(memoryConfig, { maxmemory: 0 })], 'clear'],
  ['CONFIG has another name', [saw(memoryConfig, 'unknown command: config|get')], 'info'],
  ['a refusal is another matter', [saw(aclLog, 'NOPERM: acl|log')], 'clear'],
  ['a command that some versions lack', [saw(latencyHistogram, 'unknown command: commandlog|get')], 'clear'],
])('%s', (_what, readings, want) => {
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});

test('each command once, and not where a service keeps them', () => {
  const readings = [saw(memoryConfig, 'unknown command: config|get'), saw(aclLog, 'unknown command: acl|log')];
  expect(rule.assess('rule', scene({ nodes: [{ readings }] }))).toMatchObject([
    { headline: '127.0.0.1:6379 does not know CONFIG, ACL: renamed or taken away' },
  ]);
  const identity = { provider: { id: 'aiven', by: '' } } as const;
  expect(said(rule, scene({ nodes: [{ readings, identity }] }))).toBe('clear');
});
