import { expect, test } from 'vitest';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/replication/replica-ack-lag.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  [0, 'online', 'clear'],
  [9, 'online', 'clear'],
  [10, 'online', 'warning'],
  [29, 'online', 'warning'],
  [30, 'online', 'critical'],
  [99, 'send_bulk', 'clear'],
])('an acknowledgement %i s ago from a replica that is %s: %s', (ackSeconds, state, want) => {
  const replicas = [
    { address: { host: '10.0.0.2', port: 6379 }, state, offset: 5, ackSeconds },
    { address: { host: '10.0.0.3', port: 6379 }, state: 'online', offset: 5, ackSeconds: 1 },
  ];
  expect(said(rule, scene({ nodes: [{ readings: [saw(replication, { role: 'master', replicas })] }] }))).toBe(want);
});
