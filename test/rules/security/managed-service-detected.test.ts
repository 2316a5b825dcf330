import { expect, test } from 'vitest';
import { adviceFor } from '../../../src/domain/provider.ts';
import aclLog from '../../../src/probes/acl-log.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import slowlog from '../../../src/probes/slowlog.ts';
import rule from '../../../src/rules/security/managed-service-detected.ts';
import { said, saw, scene } from '../../support/scene.ts';

const provider = { id: 'elasticache', by: 'INFO says os:Amazon ElastiCache' } as const;

test('a server of your own is none', () => {
  expect(said(rule, scene({ nodes: [{ readings: [] }] }))).toBe('clear');
});

test('one finding for all nodes, with what is closed and where to go instead', () => {
  const closed = [
    saw(memoryConfig, adviceFor('elasticache', ['CONFIG', 'GET'])),
    saw(aclLog, adviceFor('elasticache', ['ACL', 'LOG'])),
    saw(slowlog, []),
  ];
  const nodes = ['10.0.0.1:6379', '10.0.0.2:6379'].map((name) => ({ name, readings: closed, identity: { provider } }));
  expect(rule.assess('rule', scene({ nodes }))).toMatchObject([
    {
      kind: 'found',
      severity: 'info',
      node: 'prod',
      headline: expect.stringContaining('Amazon ElastiCache runs this and does not let us ask CONFIG GET, ACL LOG'),
      evidence: expect.arrayContaining([
        { field: '10.0.0.1:6379', value: 'INFO says os:Amazon ElastiCache', expected: 'a server of your own' },
        { field: 'settings', value: expect.stringContaining('parameter group'), expected: 'commands' },
      ]),
    },
  ]);
});
