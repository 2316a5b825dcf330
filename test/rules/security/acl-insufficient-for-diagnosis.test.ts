import { expect, test } from 'vitest';
import { adviceFor } from '../../../src/domain/provider.ts';
import clientList from '../../../src/probes/client-list.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import slowlog from '../../../src/probes/slowlog.ts';
import rule from '../../../src/rules/security/acl-insufficient-for-diagnosis.ts';
import { said, saw, scene, type Told } from '../../support/scene.ts';

const REFUSED = 'NOPERM: slowlog|get';

test.each<[string, Told[], string]>([
  ['every probe was answered', [saw(slowlog, [])], 'clear'],
  ['a probe was refused', [saw(slowlog, REFUSED)], 'info'],
  ['a probe was not asked for another reason', [saw(clientList, '6000 clients: not asked')], 'clear'],
  ['a service keeps it', [saw(memoryConfig, adviceFor('elasticache', ['CONFIG', 'GET']))], 'clear'],
])('%s: %s', (_what, readings, wanted) => {
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(wanted);
});

test('each missing permission is named once, as ACL SETUSER takes it', () => {
  const refusedConfig = 'NOPERM: config|get';
  const readings = [saw(slowlog, REFUSED), saw(memoryConfig, refusedConfig), saw(persistenceConfig, refusedConfig)];
  const snapshot = scene({ target: { credentials: { username: 'medic' } }, nodes: [{ readings }] });
  expect(rule.assess('rule', snapshot)).toMatchObject([
    {
      headline: 'Not everything could be looked at: user medic lacks +slowlog|get +config|get',
      evidence: [{ field: '+slowlog|get' }, { field: '+config|get', expected: 'granted' }],
    },
  ]);
});
