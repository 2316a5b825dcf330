import { expect, test } from 'vitest';
import kernel from '../../../src/probes/host-kernel.ts';
import hostMemory from '../../../src/probes/host-memory.ts';
import process from '../../../src/probes/host-process.ts';
import rule from '../../../src/rules/host/swap-in-use.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 ** 2;

/** A server with so much in swap, on a host that swapped so many pages in 2 s. */
function host(swapped: number | undefined, pages: number) {
  const readings = [
    saw(process, { swapped, resident: 100 * MIB }),
    saw(
      hostMemory,
      { pagesSwappedIn: 1000, pagesSwappedOut: 1000 + pages },
      { pagesSwappedIn: 1000, pagesSwappedOut: 1000 },
    ),
    saw(kernel, { swappiness: 60 }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, number | undefined, number, string]>([
  ['nothing is swapped', 0, 0, 'clear'],
  ['a page that nobody needs', 4096, 0, 'clear'],
  ['just 50 MiB, at rest', 50 * MIB, 0, 'clear'],
  ['more than 50 MiB', 50 * MIB + 1, 0, 'high'],
  ['little, while the host swaps', MIB, 200, 'warning'],
  ['little, while the host tidies up', MIB, 199, 'clear'],
  ['nothing, while others swap', 0, 5000, 'clear'],
  ['a kernel that does not tell', undefined, 0, 'unassessed'],
])('%s', (_what, swapped, pages, want) => expect(said(rule, host(swapped, pages))).toBe(want));

test('the headline says how much and how fast', () => {
  expect(rule.assess('rule', host(100 * MIB, 512))[0]).toMatchObject({
    headline: '100 MiB of the server are swapped out, 50 % of its memory, and the host swaps 1 MiB/s',
  });
});
