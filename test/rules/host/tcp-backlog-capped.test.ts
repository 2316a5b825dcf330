import { expect, test } from 'vitest';
import network from '../../../src/probes/host-network.ts';
import config from '../../../src/probes/process-config.ts';
import rule from '../../../src/rules/host/tcp-backlog-capped.ts';
import { said, saw, scene } from '../../support/scene.ts';

/** A socket with such a queue, on a host that dropped so many connections in 2 s. */
function host(backlog: number | undefined, dropped: number, waiting = 0) {
  const listening = backlog === undefined ? [] : [{ address: '127.0.0.1:6379', waiting, backlog }];
  const readings = [
    saw(network, { listenOverflows: 70 + dropped, listening }, { listenOverflows: 70, listening }),
    saw(config, { tcp_backlog: 511 }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, number | undefined, number, number, string]>([
  ['as configured', 511, 0, 0, 'clear'],
  ['cut down, and nothing is dropped', 128, 0, 0, 'info'],
  ['cut down, and connections are dropped', 128, 4, 0, 'warning'],
  ['as configured, and its queue is full', 511, 4, 512, 'warning'],
  ['as configured, and half full', 511, 4, 256, 'warning'],
  ['as configured and not full, but something overflows', 511, 400, 3, 'info'],
  ['no ss on the host', undefined, 4, 0, 'unassessed'],
])('%s', (_what, backlog, dropped, waiting, want) => expect(said(rule, host(backlog, dropped, waiting))).toBe(want));

test('what is dropped is told per second, or per minute when it is little', () => {
  const headline = (dropped: number) => rule.assess('rule', host(128, dropped))[0];
  expect(headline(400)).toMatchObject({
    headline: "The kernel drops 200 connections/s because the server's queue of 128 is full",
  });
  expect(headline(1)).toMatchObject({ headline: expect.stringContaining('30 connections/min') });
});
