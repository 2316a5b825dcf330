import { describe, expect, test } from 'vitest';
import type { Finding, Severity } from '../../src/domain/finding.ts';
import { foldSymptoms } from '../../src/flow/fold-symptoms.ts';
import { scene } from '../support/scene.ts';

const [PRIMARY, REPLICA] = ['10.0.0.1:6379', '10.0.0.2:6379'];

const SNAPSHOT = scene({
  nodes: [
    { name: PRIMARY, readings: [] },
    { name: REPLICA, role: 'replica', readings: [], identity: { primary: { host: '10.0.0.1', port: 6379 } } },
  ],
});

/** `a`, `a@replica`, `a!` for critical, `a?` for info; else high. */
function finding(sketch: string, explains: readonly string[]): Finding {
  const [, id = '', mark = '', elsewhere] = /^(\w+)([!?]?)(@replica)?$/.exec(sketch) ?? [];
  const severity: Severity = mark === '!' ? 'critical' : mark === '?' ? 'info' : 'high';
  const node = elsewhere ? REPLICA : PRIMARY;
  return {
    id,
    severity,
    node,
    headline: id,
    evidence: [],
    more: '',
    explains: [...explains],
    explainedBy: null,
    playbooks: [],
  };
}

function folded(sketches: Record<string, readonly string[]>, signs: readonly string[] = []): Finding[] {
  const found = Object.entries(sketches).map(([sketch, explains]) => finding(sketch, explains));
  return foldSymptoms(found, SNAPSHOT, (id) => (signs.includes(id) ? `One sees ${id}.` : undefined));
}

/** Each finding with its cause: `symptom<cause`. */
function story(sketches: Record<string, readonly string[]>): string[] {
  return folded(sketches).map(({ id, explainedBy }) => (explainedBy === null ? id : `${id}<${explainedBy}`));
}

describe('a chain', () => {
  test('stands link by link, though its root claims every link for itself', () => {
    expect(
      story({ 'disk!': ['save', 'writes', 'errors'], save: ['writes', 'errors'], writes: ['errors'], errors: [] }),
    ).toEqual(['disk', 'save<disk', 'writes<save', 'errors<writes']);
  });

  test('goes over another node and back', () => {
    expect(story({ 'loop!': ['link', 'none'], 'link@replica': ['none'], none: [] })).toEqual([
      'loop',
      'link<loop',
      'none<link',
    ]);
  });

  test('loses a link that was not found, and no more', () => {
    expect(story({ disk: ['save', 'writes'], writes: ['errors'], errors: [] })).toEqual([
      'disk',
      'writes<disk',
      'errors<writes',
    ]);
  });

  test('goes over a link that the root knows nothing of', () => {
    expect(story({ 'swap!': ['fork', 'slow'], fork: ['loop'], loop: ['slow'], slow: [] })).toEqual([
      'swap',
      'fork<swap',
      'loop<fork',
      'slow<loop',
    ]);
  });

  test('ends under the worse of two faults that claim each other', () => {
    expect(story({ a: ['b', 'c'], 'b!': ['a', 'c'], c: [] })).toEqual(['b', 'a<b', 'c<a']);
  });

  test('names the node of each cause', () => {
    const found = folded({ 'disk!': ['link'], 'link@replica': [] });
    expect(found.map(({ explainedOn }) => explainedOn)).toEqual([undefined, PRIMARY]);
  });
});

describe('causes that compete', () => {
  const rivals = (sketches: Record<string, readonly string[]>, signs = ['swap', 'disk', 'steal']) =>
    folded(sketches, signs)
      .find(({ id }) => id === 'slow')
      ?.competing?.map(({ id }) => id);

  test('are both told with what tells them apart, first the one that the symptom stands under', () => {
    const [, slow] = folded({ 'swap!': ['slow'], slow: [], disk: ['slow'] }, ['swap', 'disk']);
    expect(slow).toMatchObject({
      explainedBy: 'swap',
      competing: [
        { id: 'swap', node: PRIMARY, tells: 'One sees swap.' },
        { id: 'disk', node: PRIMARY, tells: 'One sees disk.' },
      ],
    });
  });

  test('may be more than two', () => {
    expect(rivals({ swap: ['slow'], 'steal!': ['slow'], disk: ['slow'], slow: [] })).toEqual(['steal', 'disk', 'swap']);
  });

  test.each([
    ['one of them explains the other', { swap: ['slow', 'disk'], disk: ['slow'], slow: [] }],
    ['both come of one root', { host: ['swap', 'disk'], swap: ['slow'], disk: ['slow'], slow: [] }],
    ['one of them is only noted', { swap: ['slow'], 'disk?': ['slow'], slow: [] }],
    ['the symptom is only noted', { swap: ['slow'], disk: ['slow'], 'slow?': [] }],
    ['one of them is nearer', { swap: ['slow'], 'disk@replica': ['slow'], slow: [] }],
    ['they are one fault on two servers', { swap: ['slow'], 'swap@replica': ['slow'], slow: [] }],
    ['nothing tells one of them', { swap: ['slow'], 'load!': ['slow'], slow: [] }],
    ['there is one', { swap: ['slow'], slow: [] }],
  ] as const)('are none where %s', (_sentence, sketches) => {
    expect(rivals(sketches)).toBeUndefined();
  });

  test('are those that can be told, beside a third that cannot', () => {
    expect(rivals({ swap: ['slow'], disk: ['slow'], load: ['slow'], slow: [] })).toEqual(['disk', 'swap']);
  });
});
