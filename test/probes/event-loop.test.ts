import { expect, test } from 'vitest';
import eventLoop from '../../src/probes/event-loop.ts';
import { fromInfo, VERSIONS } from '../support/captured.ts';

const OLD = ['redis-6.2.16', 'redis-7.0.15'] as const;
const NEWER = VERSIONS.filter((version) => !OLD.some((old) => old === version));

test.for(NEWER)('%s counts the time of its event loop, and what of it were commands', (version) => {
  const { eventloop_duration_sum, eventloop_duration_cmd_sum } = fromInfo(eventLoop, version);
  expect(eventloop_duration_sum).toBeGreaterThan(eventloop_duration_cmd_sum ?? Number.POSITIVE_INFINITY);
});

test.for(OLD)('%s does not', (version) => {
  expect(fromInfo(eventLoop, version).eventloop_cycles).toBeUndefined();
});
