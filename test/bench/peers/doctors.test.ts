import { expect, test } from 'vitest';
import { readLatencyDoctor, readMemoryDoctor } from '../../../bench/peers/doctors.ts';

const named = (signals: readonly { name: string }[]) => signals.map(({ name }) => name);

test('all is well, or it cannot tell', () => {
  expect(readMemoryDoctor("Hi Sam, I can't find any memory issue in your instance.")).toEqual([]);
  expect(readMemoryDoctor('Hi Sam, this instance is empty or is using very little memory')).toEqual([]);
  expect(readLatencyDoctor('Dave, no latency spike was observed during the lifetime of this instance')).toEqual([]);
  expect(readLatencyDoctor("I'm sorry, Dave, I can't do that. Latency monitoring is disabled")).toEqual([]);
});

test('headings of MEMORY DOCTOR', () => {
  const reply =
    'Sam, I detected a few issues:\n\n * Peak memory: In the past ...\n\n * Big client buffers: The clients ...';
  expect(named(readMemoryDoctor(reply))).toEqual(['peak memory', 'client buffers']);
});

test('events and advice of LATENCY DOCTOR', () => {
  const reply = `Dave, I have observed latency spikes in this instance.

1. command: 2 latency spikes (average 180ms, mean deviation 20ms, period 3.00 sec). Worst all time event 200ms.
2. expire-cycle: 1 latency spikes (average 120ms, mean deviation 0ms, period 9.00 sec). Worst all time event 120ms.

- Deleting, expiring or evicting (because of maxmemory policy) large objects is a blocking operation.`;
  expect(named(readLatencyDoctor(reply))).toEqual(['slow commands', 'large objects deleted', 'expiry']);
});
