import { expect, test } from 'vitest';
import clientList from '../../../src/probes/client-list.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import slowlog from '../../../src/probes/slowlog.ts';
import rule from '../../../src/rules/security/acl-insufficient-for-diagnosis.ts';
import { said, saw, scene, type Told } from '../../support/scene.ts';

const REFUSED = "NOPERM this user has no permissions to run the 'slowlog|get' command";

test.each<[string, Told[], string]>([
  ['every probe was answered', [saw(slowlog, [])], 'clear'],
  ['a probe was refused', [saw(slowlog, REFUSED)], 'info'],
  ['a probe was not asked for another reason', [saw(clientList, '6000 clients: not asked')], 'clear'],
])('%s: %s', (_what, readings, wanted) => {
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(wanted);
});

test('each missing permission is named once, as ACL SETUSER takes it', () => {
  const refusedConfig = "NOPERM this user has no permissions to run the 'config|get' command";
  const readings = [saw(slowlog, REFUSED), saw(memoryConfig, refusedConfig), saw(persistenceConfig, refusedConfig)];
  const snapshot = scene({ target: { credentials: { username: 'medic' } }, nodes: [{ readings }] });
  expect(rule.assess('rule', snapshot)).toMatchObject([
    {
      headline: 'Not everything could be looked at: user medic lacks +slowlog|get +config|get',
      evidence: [
        { field: '+slowlog|get', value: REFUSED, expected: 'granted' },
        { field: '+config|get', value: refusedConfig, expected: 'granted' },
      ],
    },
  ]);
});
