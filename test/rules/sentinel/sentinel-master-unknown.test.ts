import { expect, test } from 'vitest';
import rule from '../../../src/rules/sentinel/sentinel-master-unknown.ts';
import { said, scene } from '../../support/scene.ts';
import { SENTINEL_TARGET, SERVERS, sentinel, three } from '../../support/watched.ts';

function watching(...names: readonly string[]) {
  return { info: { masters: names.map((name) => ({ name, status: 'ok', address: '10.0.0.1:6379' })) } };
}

test.each([
  ['they watch it', SERVERS, three(), 'clear'],
  ['they watch others as well', SERVERS, three(watching('orders', 'mymaster')), 'clear'],
  ['one of them does not', SERVERS, three(watching('orders')), 'warning'],
  [
    'none of them does, so that no server is known',
    [],
    three(watching('orders'), watching('orders'), watching()),
    'high high high',
  ],
])('%s', (_what, nodes, sentinels, want) => {
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes, sentinels }))).toBe(want);
});

test("a target that is no Sentinel's business", () => {
  expect(said(rule, scene({ nodes: SERVERS }))).toBe('clear');
});

test.each([
  [watching('a', 'b'), 'The Sentinel 10.0.1.1:26379 watches 2 masters, and it is not said which one is meant: a, b'],
  [watching(), 'The Sentinel 10.0.1.1:26379 watches no master'],
])('a bare URL of a Sentinel names what can be chosen', (more, headline) => {
  const snapshot = scene({ nodes: [], sentinels: [sentinel({ n: 1, ...more })] });
  expect(rule.assess('x', snapshot)).toMatchObject([{ severity: 'high', headline }]);
});

test('a name that is nearly right is recognized', () => {
  const snapshot = scene({
    target: SENTINEL_TARGET,
    nodes: [],
    sentinels: [sentinel({ n: 1, ...watching('my-master', 'orders') })],
  });
  expect(rule.assess('x', snapshot)).toMatchObject([
    { headline: 'The Sentinel 10.0.1.1:26379 watches no master "mymaster". Did you mean my-master?' },
  ]);
});
